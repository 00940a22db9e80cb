/** What the page is shown of shapes: clouds whose points go from place to place. Nothing heavy is imported here. */
import type { AttributeName } from './attributes.js';

/** Points of a shape that a step sees. */
export const POINTS = 96;

export const VIEWS = ['drawn', 'morph', 'edit', 'complete', 'warp'] as const;
export type View = (typeof VIEWS)[number];

/** A cloud at some moments, x, y, z of point after point; each point is the same in all of them. */
export interface Cloud {
  readonly name: string;
  readonly frames: readonly Float32Array[];
}

export interface Film {
  readonly view: View;
  readonly clouds: readonly Cloud[];
  /** How far points lie from the origin, about. */
  readonly reach: number;
  /** Of an edit: what is asked for, evenly from one end of it to the other. */
  readonly attribute?: AttributeName;
  /** Of a completion: how far a point of one cloud lies from the nearest of the other, root mean square, beside the whole shape. */
  readonly apart?: { readonly half: number; readonly encoded: number; readonly found: number };
}

/** How many moments a film has. */
export function momentsOf({ clouds }: Film): number {
  return Math.max(0, ...clouds.map(({ frames }) => frames.length));
}

/** The clouds at `share` of the film, 0 to 1: on the straight way between two frames. */
export function cloudsAt({ clouds }: Film, share: number): readonly Float32Array[] {
  return clouds.map(({ frames }) => {
    const at = share * (frames.length - 1);
    const from = Math.min(Math.floor(at), Math.max(0, frames.length - 2));
    const [a, b] = [frames[from]!, frames[from + 1]];
    const part = at - from;
    return b && part > 0 ? a.map((v, i) => v + part * (b[i]! - v)) : a;
  });
}
