import { GenaiError, type Key, randomIntegers, randomUniform, split } from '@genai/core';
import { type Place, ringMesh } from './lattice-mesh.js';
import type { Mesh } from './mesh.js';
import { type ShapeFamily, type ShapeParameter, shapeFamily } from './shape-family.js';

/**
 * Torus knots, tubes that wind `p` times around the axis of a torus and `q` times through its hole: trefoils (2, 3) and others.
 *
 * `p` and `q` have no common divisor; `ratio` is that of the radii of the torus, `tube` the radius of the tube beside the large
 * one. The area is 2π · tube · length.
 *
 * @example
 * const trefoil = knots().mesh([2, 3, 0.5, 0.12]);
 * @throws GenaiError by `mesh` and `surface`, if p and q have a common divisor: the tube would close early.
 */
export function knots(): ShapeFamily {
  return shapeFamily({
    name: 'knots',
    parameters: PARAMETERS,
    parts: ([p, q, ratio, tube]) => [knot(p!, q!, ratio!, tube!)],
    draw: drawKnot,
  });
}

const PARAMETERS: readonly ShapeParameter[] = [
  { name: 'p', min: 2, max: 3, integer: true },
  { name: 'q', min: 3, max: 7, integer: true },
  { name: 'ratio', min: 0.4, max: 0.6 },
  { name: 'tube', min: 0.06, max: 0.14 },
];

/** Each kind of knot is as likely. */
const KINDS = [[2, 3], [2, 5], [2, 7], [3, 4], [3, 5], [3, 7]] as const; // biome-ignore format: pairs

const [ROWS, COLUMNS] = [256, 20];

function drawKnot(key: Key): number[] {
  const [forKind, forSizes] = split(key);
  const kind = KINDS[randomIntegers(forKind, 1, { min: 0, max: KINDS.length })[0]!]!;
  const sizes = randomUniform(forSizes, 2);
  return [...kind, ...PARAMETERS.slice(2).map(({ min, max }, i) => min + sizes[i]! * (max - min))];
}

function knot(p: number, q: number, ratio: number, tube: number): Mesh {
  if (!KINDS.some(([a, b]) => a === p && b === q)) {
    throw new GenaiError(
      `knots: p = ${p} and q = ${q} make no knot, expected one of ${KINDS.map((kind) => `(${kind.join(', ')})`).join(' ')}.`,
    );
  }
  const reach = 1 + ratio + tube;
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const t = (2 * Math.PI * row) / ROWS;
    const [cosP, sinP, cosQ, sinQ] = [Math.cos(p * t), Math.sin(p * t), Math.cos(q * t), Math.sin(q * t)];
    const out = 1 + ratio * cosQ;
    const centre: Place = [out * sinP, ratio * sinQ, out * cosP];
    const tangent: Place = [
      p * out * cosP - q * ratio * sinQ * sinP,
      q * ratio * cosQ,
      -p * out * sinP - q * ratio * sinQ * cosP,
    ];
    // The curve lies on the torus, so the torus' normal is across it, and comes back to itself at the end.
    const normal: Place = [cosQ * sinP, sinQ, cosQ * cosP];
    const length = Math.hypot(...tangent);
    const side = cross(normal, tangent).map((x) => x / length);
    return { centre, normal, side };
  });
  return ringMesh(ROWS, COLUMNS, (row, column) => {
    const { centre, normal, side } = rows[row]!;
    const angle = (2 * Math.PI * column) / COLUMNS;
    const [a, b] = [tube * Math.cos(angle), tube * Math.sin(angle)];
    const [x, y, z] = centre.map((c, axis) => (c + a * normal[axis]! + b * side[axis]!) / reach);
    return [x!, y!, z!];
  });
}

function cross([ax, ay, az]: Place, [bx, by, bz]: Place): number[] {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}
