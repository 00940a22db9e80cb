/** A digit that somebody draws, and what the digits of MNIST would have made of it. */
import { SIDE } from './sizes.js';

/** Strokes of a pen: places x and y in turn, in a square from 0 to 1, y downwards. */
export type Strokes = readonly (readonly number[])[];

/** Side of the box that the ink fills, in pixels. */
const BOX = 20;
/** Half the width of the pen and of its soft edge, in pixels: about as much ink as the digits of MNIST have. */
const PEN = 1.3;
const SOFT = 0.7;

/**
 * The strokes as 28 × 28 pixels from 0 to 1, as the digits of MNIST were made: scaled to a box of 20 × 20, the centre of the ink in the
 * middle. What was trained on such digits knows no others.
 *
 * @source LeCun et al. 1998, "Gradient-based learning applied to document recognition", section III-A.
 */
export function rasterise(strokes: Strokes): Float32Array {
  const places = strokes.flat();
  if (places.length === 0) return new Float32Array(SIDE * SIDE);
  const [xs, ys] = [places.filter((_, i) => i % 2 === 0), places.filter((_, i) => i % 2 === 1)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const extent = Math.max(right - left, bottom - top, LEAST);
  const scale = (BOX - 2 * PEN - SOFT) / extent;
  const middle: Shift = {
    scale,
    x: SIDE / 2 - (scale * (left + right)) / 2,
    y: SIDE / 2 - (scale * (top + bottom)) / 2,
  };
  const [x, y] = centreOf(inked(strokes, middle));
  return inked(strokes, { scale, x: middle.x + SIDE / 2 - x, y: middle.y + SIDE / 2 - y });
}

/** A dot does not become a digit. */
const LEAST = 0.25;

interface Shift {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

function inked(strokes: Strokes, { scale, x, y }: Shift): Float32Array {
  const pixels = new Float32Array(SIDE * SIDE);
  for (const stroke of strokes) {
    for (let i = 0; i + 1 < stroke.length; i += 2) {
      const to = [scale * stroke[i]! + x, scale * stroke[i + 1]! + y] as const;
      const from = i === 0 ? to : ([scale * stroke[i - 2]! + x, scale * stroke[i - 1]! + y] as const);
      drawSegment(pixels, from, to);
    }
  }
  return pixels;
}

type Place = readonly [x: number, y: number];

function drawSegment(pixels: Float32Array, from: Place, to: Place): void {
  const within = (value: number): number => Math.max(0, Math.min(SIDE - 1, value));
  const reach = PEN + SOFT;
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const square = dx * dx + dy * dy;
  const last = {
    x: within(Math.ceil(Math.max(from[0], to[0]) + reach)),
    y: within(Math.ceil(Math.max(from[1], to[1]) + reach)),
  };
  for (let row = within(Math.floor(Math.min(from[1], to[1]) - reach)); row <= last.y; row++) {
    for (let column = within(Math.floor(Math.min(from[0], to[0]) - reach)); column <= last.x; column++) {
      const [px, py] = [column + 0.5 - from[0], row + 0.5 - from[1]];
      const t = square === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / square));
      const ink = Math.max(0, Math.min(1, (reach - Math.hypot(px - t * dx, py - t * dy)) / (2 * SOFT)));
      const at = row * SIDE + column;
      pixels[at] = Math.max(pixels[at]!, ink);
    }
  }
}

function centreOf(pixels: Float32Array): Place {
  let [ink, x, y] = [0, 0, 0];
  for (let i = 0; i < pixels.length; i++) {
    ink += pixels[i]!;
    x += pixels[i]! * ((i % SIDE) + 0.5);
    y += pixels[i]! * (Math.floor(i / SIDE) + 0.5);
  }
  return ink === 0 ? [SIDE / 2, SIDE / 2] : [x / ink, y / ink];
}
