import { block, cylinder } from './convex-solids.js';
import type { Mesh } from './mesh.js';
import { type ShapeFamily, shapeFamily } from './shape-family.js';

/**
 * Tables of a top and four legs, square or round. Their sizes are kept: a low table is lower than a high one.
 *
 * `round top` and `round legs` are 1 for elliptical cylinders and 0 for blocks; `inset` is how far the legs stand in from the
 * edge, beside half the width.
 *
 * @example
 * const family = tables();
 * const points = family.surface(family.draw(key(0)), key(1), 2048); // 2048 × 3
 */
export function tables(): ShapeFamily {
  return shapeFamily({
    name: 'tables',
    parameters: [
      { name: 'width', min: 0.8, max: 1.4 },
      { name: 'depth', min: 0.6, max: 1 },
      { name: 'height', min: 0.4, max: 0.9 },
      { name: 'top', min: 0.04, max: 0.12 },
      { name: 'leg', min: 0.05, max: 0.14 },
      { name: 'inset', min: 0, max: 0.4 },
      { name: 'round top', min: 0, max: 1, integer: true },
      { name: 'round legs', min: 0, max: 1, integer: true },
    ],
    parts: ([width, depth, height, top, leg, inset, roundTop, roundLegs]) => {
      const [x, z, y] = [width! / 2, depth! / 2, height! / 2];
      const under = y - top!;
      // Under a round top the outer corners of the legs stay within its ellipse.
      const room = (1 - inset!) * (roundTop ? Math.SQRT1_2 : 1);
      const radius = leg! / 2;
      const [legX, legZ] = [Math.max(x * room - radius, radius), Math.max(z * room - radius, radius)];
      const legs = CORNERS.map(([i, k]): Mesh => {
        const [cx, cz] = [i * legX, k * legZ];
        return roundLegs
          ? cylinder([cx, cz], [radius, radius], -y, under)
          : block([cx - radius, -y, cz - radius], [cx + radius, under, cz + radius]);
      });
      return [roundTop ? cylinder([0, 0], [x, z], under, y) : block([-x, under, -z], [x, y, z]), ...legs];
    },
  });
}

const CORNERS = [[-1, -1], [1, -1], [1, 1], [-1, 1]] as const; // biome-ignore format: pairs
