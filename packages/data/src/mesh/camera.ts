import { GenaiError } from '@genai/core';
import { expectInteger } from '../expect.js';

/** From where a shape is looked at, and how large the picture is. */
export interface ViewOptions {
  /** Pixels; 512 unless given. */
  readonly width?: number;
  /** Pixels; 512 unless given. */
  readonly height?: number;
  /** Degrees around the upright axis y, from z towards x; 30 unless given. */
  readonly azimuth?: number;
  /** Degrees above the horizon; 20 unless given. */
  readonly elevation?: number;
  /** Red, green and blue from 0 to 255; white unless given. */
  readonly background?: readonly [red: number, green: number, blue: number];
  /** The ball that fills the picture; that around the shape unless given. Give one for pictures that are to be compared. */
  readonly frame?: { readonly centre: readonly [number, number, number]; readonly radius: number };
}

/** A view, with what was not given filled in. */
export interface Camera {
  readonly width: number;
  readonly height: number;
  readonly background: readonly [number, number, number];
  readonly centre: readonly [number, number, number];
  readonly radius: number;
  /** Right, up and towards the viewer: a turn of the axes. */
  readonly axes: readonly (readonly [number, number, number])[];
  /** From the viewer to the centre. */
  readonly distance: number;
  /** Pixels of a unit at depth 1. */
  readonly focal: number;
}

/** What is nearer than this part of the radius is not seen. */
export const NEAR = 0.2;

/** A camera so far away that perspective is weak: six radii. */
export function cameraOf(where: string, points: Float32Array, options: ViewOptions): Camera {
  const { width = 512, height = 512, azimuth = 30, elevation = 20, background = [255, 255, 255], frame } = options;
  expectInteger(where, 'width', width, 1);
  expectInteger(where, 'height', height, 1);
  if (width * height > MOST_PIXELS) {
    throw new GenaiError(`${where}: got ${width} × ${height} pixels, expected at most ${MOST_PIXELS} in all.`);
  }
  const { centre, radius } = frame ?? ballAround(points);
  const numbers = { azimuth, elevation, x: centre[0], y: centre[1], z: centre[2], radius };
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isFinite(value) && (name !== 'radius' || value > 0)) continue;
    throw new GenaiError(`${where}: ${name} must be ${name === 'radius' ? 'positive' : 'finite'}, got ${value}.`);
  }
  const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
  const [sinA, cosA, sinE, cosE] = [Math.sin(a), Math.cos(a), Math.sin(e), Math.cos(e)];
  const axes = [[cosA, 0, -sinA], [-sinE * sinA, cosE, -sinE * cosA], [cosE * sinA, sinE, cosE * cosA]] as const; // biome-ignore format: a matrix
  const distance = DISTANCE * radius;
  // The outline of a ball is seen at tan = r / √(d² − r²).
  const focal = MARGIN * (Math.min(width, height) / 2) * Math.sqrt(DISTANCE ** 2 - 1);
  return { width, height, background, centre, radius, axes, distance, focal };
}

const DISTANCE = 6;
const MARGIN = 0.94;
const MOST_PIXELS = 2 ** 24;

/** Where a point is seen: pixels from the left and from the top, and its depth. */
export function project(camera: Camera, x: number, y: number, z: number): readonly [number, number, number] {
  const { width, height, centre, axes, distance, focal } = camera;
  const [dx, dy, dz] = [x - centre[0], y - centre[1], z - centre[2]];
  const [right, up, near] = axes.map((axis) => axis[0] * dx + axis[1] * dy + axis[2] * dz) as [number, number, number];
  const depth = distance - near;
  return [width / 2 + (focal * right) / depth, height / 2 - (focal * up) / depth, depth];
}

/** Around the middle of the box of the finite points. */
function ballAround(points: Float32Array): { readonly centre: [number, number, number]; readonly radius: number } {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = low.map((x) => -x);
  for (let i = 0; i < points.length; i++) {
    if (!Number.isFinite(points[i]!)) continue;
    low[i % 3] = Math.min(low[i % 3]!, points[i]!);
    high[i % 3] = Math.max(high[i % 3]!, points[i]!);
  }
  const centre = low.map((x, axis) => (Number.isFinite(x) ? (x + high[axis]!) / 2 : 0)) as [number, number, number];
  let radius = 0;
  for (let i = 0; i < points.length; i += 3) {
    const far = Math.hypot(points[i]! - centre[0], points[i + 1]! - centre[1], points[i + 2]! - centre[2]);
    if (Number.isFinite(far)) radius = Math.max(radius, far);
  }
  return { centre, radius: radius || 1 };
}
