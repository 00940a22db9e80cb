import { ballMesh, type Place } from './lattice-mesh.js';
import type { Mesh } from './mesh.js';
import { type ShapeFamily, shapeFamily } from './shape-family.js';

/**
 * Stars, cushions, shells, rounded prisms and balls: the product of two curves of Gielis' formula, one around the axis and one from pole to
 * pole, scaled to reach the unit sphere.
 *
 * `m` is how many corners the curve has in a full turn (0: a circle), `n1` and `n2` bend its sides; the formula's n₃ is n₂.
 *
 * @example
 * const family = supershapes();
 * const points = family.surface(family.draw(key(0)), key(1), 2048); // 2048 × 3
 * @source Gielis 2003, "A generic geometric transformation that unifies a wide range of natural and abstract shapes", equation 1.
 */
export function supershapes(): ShapeFamily {
  return shapeFamily({
    name: 'supershapes',
    parameters: [
      { name: 'm around', min: 0, max: 8, integer: true },
      { name: 'n1 around', min: 0.6, max: 2 },
      { name: 'n2 around', min: 0.5, max: 5 },
      { name: 'm upright', min: 0, max: 6, integer: true },
      { name: 'n1 upright', min: 0.6, max: 2 },
      { name: 'n2 upright', min: 0.5, max: 5 },
    ],
    parts: ([m1, n11, n12, m2, n21, n22]) => [
      supershape({ m: m1!, n1: n11!, n2: n12! }, { m: m2!, n1: n21!, n2: n22! }),
    ],
  });
}

/** Numbers of Gielis' formula. */
type Curve = { readonly m: number; readonly n1: number; readonly n2: number };

/** r(φ) = (|cos(mφ/4)|ⁿ² + |sin(mφ/4)|ⁿ³)^(−1/n₁) (1), with a = b = 1 and n₃ = n₂. */
function radiusAt({ m, n1, n2 }: Curve, angle: number): number {
  const turn = (m * angle) / 4;
  return (Math.abs(Math.cos(turn)) ** n2 + Math.abs(Math.sin(turn)) ** n2) ** (-1 / n1);
}

/** The spherical product of a curve around the axis, by its longitude, and one from pole to pole, by its latitude. */
function supershape(around: Curve, upright: Curve): Mesh {
  const longitudes = anglesOf(around, 0, 2 * Math.PI).map((angle) => {
    const radius = radiusAt(around, angle);
    return [radius * Math.sin(angle), radius * Math.cos(angle)] as const;
  });
  const latitudes = anglesOf(upright, -Math.PI / 2, Math.PI / 2).map((angle) => {
    const radius = radiusAt(upright, angle);
    return [radius * Math.cos(angle), radius * Math.sin(angle)] as const;
  });
  const furthest = Math.max(...longitudes.map(([x, z]) => Math.hypot(x, z)));
  const reach = Math.max(...latitudes.map(([out, y]) => Math.hypot(out * furthest, y)));
  // From the top to the bottom; the last longitude is the first again.
  const rows = latitudes.slice(1, -1).reverse();
  const [bottom, top] = [latitudes[0]!, latitudes.at(-1)!].map(([, y]): Place => [0, y / reach, 0]) as [Place, Place];
  return ballMesh(rows.length, longitudes.length - 1, [top, bottom], (row, column) => {
    const [out, y] = rows[row]!;
    const [x, z] = longitudes[column]!;
    return [(out * x) / reach, y / reach, (out * z) / reach];
  });
}

/** Angles about `STEP` apart between two, both included. The curve may have a cusp at 2πk/m: they are placed there. */
function anglesOf({ m }: Curve, from: number, to: number): number[] {
  const ends = [from];
  for (let k = -m; k <= m; k++) {
    const cusp = (2 * Math.PI * k) / m;
    if (cusp > from + 1e-6 && cusp < to - 1e-6) ends.push(cusp);
  }
  ends.push(to);
  return ends.flatMap((end, i) => {
    if (i === 0) return [end];
    const [start, width] = [ends[i - 1]!, end - ends[i - 1]!];
    const pieces = Math.ceil(width / STEP);
    return Array.from({ length: pieces }, (_, piece) => start + (width * (piece + 1)) / pieces);
  });
}

const STEP = (2 * Math.PI) / 120;
