import { ringMesh } from './lattice-mesh.js';
import { type ShapeFamily, shapeFamily } from './shape-family.js';

/**
 * Rings that lie flat: a circle of radius r is led along one of radius R, with R + r = 1, and the height is squashed.
 *
 * `ratio` is r / R, `squash` what is left of the height; with squash 1 the area is 4π²Rr.
 *
 * @example
 * const points = tori().surface([0.4, 1], key(0), 2048); // 2048 × 3
 */
export function tori(): ShapeFamily {
  return shapeFamily({
    name: 'tori',
    parameters: [
      { name: 'ratio', min: 0.15, max: 0.8 },
      { name: 'squash', min: 0.4, max: 1 },
    ],
    parts: ([ratio, squash]) => {
      const large = 1 / (1 + ratio!);
      const small = 1 - large;
      return [
        ringMesh(ROWS, COLUMNS, (row, column) => {
          const [around, within] = [(2 * Math.PI * row) / ROWS, (2 * Math.PI * column) / COLUMNS];
          const out = large + small * Math.cos(within);
          return [out * Math.sin(around), squash! * small * Math.sin(within), out * Math.cos(around)];
        }),
      ];
    },
  });
}

const [ROWS, COLUMNS] = [72, 36];
