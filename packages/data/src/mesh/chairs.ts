import { block, cylinder } from './convex-solids.js';
import type { Mesh } from './mesh.js';
import { type ShapeFamily, shapeFamily } from './shape-family.js';

/**
 * Chairs of a seat, a back and four legs, some with arms. They look along z; their sizes are kept: a stool is lower than a high chair.
 *
 * `bars` is how many upright bars make the back, below a rail; 1 is a board. `arms` and `round legs` are 1 for yes and 0 for no.
 *
 * @example
 * const family = chairs();
 * const points = family.surface(family.draw(key(0)), key(1), 2048); // 2048 × 3
 */
export function chairs(): ShapeFamily {
  return shapeFamily({
    name: 'chairs',
    parameters: [
      { name: 'width', min: 0.5, max: 0.9 },
      { name: 'depth', min: 0.5, max: 0.8 },
      { name: 'seat height', min: 0.3, max: 0.65 },
      { name: 'seat', min: 0.05, max: 0.14 },
      { name: 'back height', min: 0.4, max: 0.8 },
      { name: 'leg', min: 0.05, max: 0.1 },
      { name: 'bars', min: 1, max: 5, integer: true },
      { name: 'arms', min: 0, max: 1, integer: true },
      { name: 'round legs', min: 0, max: 1, integer: true },
    ],
    parts: ([width, depth, seatHeight, seat, backHeight, leg, bars, arms, roundLegs]) => {
      const [x, z] = [width! / 2, depth! / 2];
      const floor = -(seatHeight! + backHeight!) / 2;
      const sitting = floor + seatHeight!;
      const back: Back = { x, behind: -z, before: leg! - z, low: sitting, high: sitting + backHeight!, bar: leg! };
      return [
        block([-x, sitting - seat!, -z], [x, sitting, z]),
        ...legsOf(x, z, leg! / 2, floor, sitting - seat!, roundLegs === 1),
        ...backOf(back, bars!),
        ...(arms ? armsOf(back, z) : []),
      ];
    },
  });
}

/** Where the back stands: from `behind` to `before`, its bars as thick as the legs. */
type Back = {
  readonly x: number;
  readonly behind: number;
  readonly before: number;
  readonly low: number;
  readonly high: number;
  readonly bar: number;
};

function legsOf(x: number, z: number, radius: number, floor: number, under: number, round: boolean): Mesh[] {
  return [-1, 1].flatMap((i) =>
    [-1, 1].map((k) => {
      const [cx, cz] = [i * (x - radius), k * (z - radius)];
      return round
        ? cylinder([cx, cz], [radius, radius], floor, under)
        : block([cx - radius, floor, cz - radius], [cx + radius, under, cz + radius]);
    }),
  );
}

function backOf({ x, behind, before, low, high, bar }: Back, bars: number): Mesh[] {
  if (bars === 1) return [block([-x, low, behind], [x, high, before])];
  const rail = high - 1.5 * bar;
  const uprights = Array.from({ length: bars }, (_, i) => {
    const left = -x + ((2 * x - bar) * i) / (bars - 1);
    return block([left, low, behind], [left + bar, rail, before]);
  });
  return [...uprights, block([-x, rail, behind], [x, high, before])];
}

/** On each side a rest that meets the back, on a post at the front of the seat. */
function armsOf({ x, before, low, high, bar }: Back, front: number): Mesh[] {
  const rest = low + 0.45 * (high - low);
  return [-x, x - bar].flatMap((left) => [
    block([left, low, front - bar], [left + bar, rest, front]),
    block([left, rest, before], [left + bar, rest + 0.6 * bar, front]),
  ]);
}
