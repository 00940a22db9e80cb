/** What painters of clouds share: there is one with three.js and one for browsers without WebGL, and both show the same. */

/** A picture of some clouds, each in a cell of its own, all turned alike. */
export interface Picture {
  readonly clouds: readonly Float32Array[];
  /** Red, green, blue of each point. */
  readonly colours: readonly Uint8Array[];
  /** How far points lie from the origin, about. */
  readonly reach: number;
  /** Radians around the upright axis, and upwards. */
  readonly azimuth: number;
  readonly tilt: number;
  /** What points far behind fade into. */
  readonly background: readonly [number, number, number];
  /** Pixels of CSS. */
  readonly width: number;
  readonly height: number;
}

export interface Painter {
  readonly kind: 'WebGL' | 'canvas';
  readonly canvas: HTMLCanvasElement;
  readonly paint: (picture: Picture) => void;
  readonly dispose: () => void;
}

/** A part of the picture, in pixels of CSS from the left and from the top. */
export interface Cell {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The camera is this far from the origin. */
export const DISTANCE = 5;

/** By how much more than the reach a cell shows. */
export const MARGIN = 1.04;

/** Of what lies as far behind the origin as clouds reach, this much is left; of what lies as far before it, all. */
export const LEFT_BEHIND = 0.55;

/** The cells of clouds, as large as they can be. */
export function cellsOf(count: number, width: number, height: number): readonly Cell[] {
  let columns = 1;
  const side = (n: number): number => Math.min(width / n, height / Math.ceil(count / n));
  for (let n = 2; n <= count; n++) if (side(n) > side(columns)) columns = n;
  const rows = Math.ceil(count / columns);
  const [w, h] = [width / columns, height / rows];
  return Array.from({ length: count }, (_, i) => ({
    left: (i % columns) * w,
    top: Math.floor(i / columns) * h,
    width: w,
    height: h,
  }));
}

/** The diameter of a point at the origin, in pixels of CSS. */
export function dotOf({ width, height }: Cell): number {
  return Math.min(9, Math.max(3, Math.min(width, height) / 52));
}
