/** Densities of the plane to learn: presets, or what somebody drew. */
import { gaussianMixture, rings, type Toy } from '@genai/data';

export const PRESETS = ['moons', 'rings', 'gaussians'] as const;
export type Preset = (typeof PRESETS)[number];

export type Density =
  | { readonly kind: Preset }
  /** Places where the pen was, x and y in turn. */
  | { readonly kind: 'drawn'; readonly points: readonly number[] };

/** The square that is shown is [−EXTENT, EXTENT]². */
export const EXTENT = 3;

/** A density that can be drawn from, with its entropy and the places that samples should reach. */
export interface Target {
  readonly toy: Toy;
  /** Centres of what there is, (count × 2), and how far samples may lie from one, a standard deviation. */
  readonly centres: readonly (readonly [number, number])[];
  readonly deviation: number;
}

/** What there is to learn of `density`. */
export function targetOf(density: Density): Target {
  if (density.kind === 'rings') {
    const radii = [1, 2.2];
    const noise = 0.1;
    const centres = radii.flatMap((radius) => around(Math.round(8 * radius), radius));
    return { toy: rings({ radii, noise }), centres, deviation: 1.4 * noise };
  }
  if (density.kind === 'gaussians') {
    const centres = around(8, 2);
    return { toy: mixture(centres, 0.16), centres, deviation: 0.16 };
  }
  const path = density.kind === 'drawn' ? pairs(density.points) : moonArcs();
  const places = path.length > 0 ? path : [[0, 0] as const];
  return { toy: mixture(places, PEN), centres: spread(places), deviation: 1.2 * PEN };
}

/** The width of the pen: what is drawn is blurred by it. */
export const PEN = 0.12;
/** How far apart the places are that stand for a path, and how many there are at most. */
const APART = 0.7;
const MOST = 24;

function mixture(centres: readonly (readonly [number, number])[], scale: number): Toy {
  return gaussianMixture({ centres: Float64Array.from(centres.flat()), scale });
}

function around(count: number, radius: number): [number, number][] {
  const angle = (i: number): number => (2 * Math.PI * i) / count;
  return Array.from({ length: count }, (_, i) => [radius * Math.cos(angle(i)), radius * Math.sin(angle(i))]);
}

/** Two half circles that reach into each other. */
function moonArcs(): [number, number][] {
  const [count, size] = [48, 1.4];
  return Array.from({ length: 2 * count }, (_, i) => {
    const angle = (Math.PI * (i >> 1)) / (count - 1);
    const upper = i % 2 === 0;
    const [x, y] = upper ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
    return [size * (x - 0.5), size * (y - 0.25)];
  });
}

function pairs(flat: readonly number[]): [number, number][] {
  return Array.from({ length: flat.length >> 1 }, (_, i) => [flat[2 * i]!, flat[2 * i + 1]!]);
}

/** Places of a path that are far from each other, each the farthest from those before it. */
function spread(path: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const chosen = [path[0]!];
  const distance = path.map(() => Number.POSITIVE_INFINITY);
  while (chosen.length < MOST) {
    const [x, y] = chosen.at(-1)!;
    for (const [i, place] of path.entries()) {
      distance[i] = Math.min(distance[i]!, Math.hypot(place[0] - x, place[1] - y));
    }
    const farthest = distance.indexOf(Math.max(...distance));
    if (distance[farthest]! < APART) break;
    chosen.push(path[farthest]!);
  }
  return chosen;
}
