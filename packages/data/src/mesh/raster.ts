import type { Picture } from '../picture.js';
import { type Camera, NEAR } from './camera.js';

/** A picture under way: of each pixel the depth of what is nearest, and its colour, from 0 to 255. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly depths: Float32Array;
  readonly colours: Float32Array;
}

/** So many pixels a side become one, which smooths edges. */
const FINE = 2;

/** An empty raster, and the camera that fills it. */
export function rasterOf(camera: Camera): { readonly raster: Raster; readonly fine: Camera } {
  const [width, height] = [camera.width * FINE, camera.height * FINE];
  const depths = new Float32Array(width * height).fill(Number.POSITIVE_INFINITY);
  const colours = new Float32Array(3 * width * height);
  return {
    raster: { width, height, depths, colours },
    fine: { ...camera, width, height, focal: camera.focal * FINE },
  };
}

/** A ball of one colour, lit from above the viewer's left shoulder. */
export function drawBall(
  { width, height, depths, colours }: Raster,
  camera: Camera,
  [x, y, depth]: readonly [number, number, number],
  radius: number,
  colour: readonly [number, number, number],
): void {
  if (!(depth > NEAR * camera.radius) || !Number.isFinite(x + y + depth)) return;
  const pixels = Math.max(0.75, (camera.focal * radius) / depth);
  const [left, right] = [Math.max(0, Math.floor(x - pixels)), Math.min(width - 1, Math.ceil(x + pixels))];
  const [top, bottom] = [Math.max(0, Math.floor(y - pixels)), Math.min(height - 1, Math.ceil(y + pixels))];
  for (let row = top; row <= bottom; row++) {
    const v = (row + 0.5 - y) / pixels;
    for (let column = left; column <= right; column++) {
      const u = (column + 0.5 - x) / pixels;
      const rest = 1 - u * u - v * v;
      if (rest < 0) continue;
      const towards = Math.sqrt(rest);
      const at = row * width + column;
      const here = depth - radius * towards;
      if (here >= depths[at]!) continue;
      depths[at] = here;
      putColour(colours, at, colour, 0.2 + 0.8 * light(u, -v, towards));
    }
  }
}

/** How light a surface is that faces right, up and towards the viewer by so much: from 0.45 to 1. */
export function light(right: number, up: number, towards: number): number {
  return 0.45 + 0.55 * Math.max(0, LIGHT[0] * right + LIGHT[1] * up + LIGHT[2] * towards);
}

const LIGHT = [-0.42, 0.58, 0.7] as const; // of length 1

export function putColour(
  colours: Float32Array,
  at: number,
  colour: readonly [number, number, number],
  shade: number,
): void {
  for (let c = 0; c < 3; c++) colours[3 * at + c] = colour[c]! * shade;
}

export interface FinishOptions {
  /** How much what stands behind something near is darkened; 0 is not at all. */
  readonly dark: number;
  /** What part of the background the furthest place takes on, from 0 to 1. */
  readonly fog: number;
}

/**
 * The picture of a raster, RGB: what stands behind something near is darkened (eye-dome lighting), and pixels are averaged.
 *
 * @source Boucheny 2009, "Interactive scientific visualization of large datasets", section 3.3 (eye-dome lighting).
 */
export function finish(raster: Raster, camera: Camera, { dark, fog }: FinishOptions): Picture {
  const { width, height, background } = camera;
  const data = new Uint8ClampedArray(3 * width * height);
  const reach = Math.max(2, Math.round(Math.min(raster.width, raster.height) / 200));
  for (let row = 0, to = 0; row < height; row++) {
    for (let column = 0; column < width; column++, to += 3) {
      const sums = [0, 0, 0];
      for (let i = 0; i < FINE * FINE; i++) {
        const [x, y] = [column * FINE + (i % FINE), row * FINE + Math.floor(i / FINE)];
        const at = y * raster.width + x;
        const empty = raster.depths[at] === Number.POSITIVE_INFINITY;
        const shade = empty ? 0 : Math.exp(-dark * nearness(raster, x, y, reach, camera.radius));
        // How far behind the nearest part of the ball that is shown, as a part of its depth.
        const far = empty ? 1 : (raster.depths[at]! - camera.distance + camera.radius) / (2 * camera.radius);
        const mist = empty ? 1 : fog * Math.min(1, Math.max(0, far));
        for (let c = 0; c < 3; c++) {
          sums[c]! += mist * background[c]! + (1 - mist) * shade * raster.colours[3 * at + c]!;
        }
      }
      for (let c = 0; c < 3; c++) data[to + c] = sums[c]! / FINE ** 2;
    }
  }
  return { width, height, channels: 3, data: new Uint8Array(data.buffer) };
}

/** By how much the eight neighbours are nearer on average, in radii of what is shown. */
function nearness({ width, height, depths }: Raster, x: number, y: number, reach: number, radius: number): number {
  const here = depths[y * width + x]!;
  let nearer = 0;
  for (let dy = -reach; dy <= reach; dy += reach) {
    for (let dx = -reach; dx <= reach; dx += reach) {
      const [column, row] = [x + dx, y + dy];
      if (column < 0 || row < 0 || column >= width || row >= height) continue;
      nearer += Math.min(MOST, Math.max(0, here - depths[row * width + column]!) / radius);
    }
  }
  return nearer / 8;
}

/** A surface far behind another is no darker than at this distance. */
const MOST = 0.25;
