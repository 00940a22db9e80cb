/** Drawing on canvases that show the square [−EXTENT, EXTENT]² of the plane, y upwards. */
import { EXTENT } from '../../../lab/common/density.js';

export interface Plane {
  readonly context: CanvasRenderingContext2D;
  /** Side in pixels of the device. */
  readonly side: number;
  readonly colours: PlaneColours;
}

export interface PlaneColours {
  readonly background: string;
  readonly data: string;
  readonly model: string;
  readonly line: string;
  /** Red, green, blue of heat above the middle, and below it. */
  readonly warm: readonly [number, number, number];
  readonly cool: readonly [number, number, number];
}

const LIGHT: PlaneColours = {
  background: '#ffffff',
  data: '#5b6472',
  model: '#b3450a',
  line: '#1d2a3a',
  warm: [47, 111, 214],
  cool: [120, 124, 132],
};
const DARK: PlaneColours = {
  background: '#14161b',
  data: '#a4adba',
  model: '#ffb27a',
  line: '#e6ecf5',
  warm: [90, 155, 255],
  cool: [130, 134, 142],
};

/** The canvas cleared, as sharp as the screen is. */
export function planeOf(canvas: HTMLCanvasElement, dark: boolean): Plane {
  const side = Math.max(1, Math.round(canvas.clientWidth * Math.min(2, devicePixelRatio)));
  if (canvas.width !== side || canvas.height !== side) {
    canvas.width = side;
    canvas.height = side;
  }
  const context = canvas.getContext('2d')!;
  const colours = dark ? DARK : LIGHT;
  context.fillStyle = colours.background;
  context.fillRect(0, 0, side, side);
  return { context, side, colours };
}

/** Points (x and y in turn) as dots of `size` in CSS pixels. */
export function drawPoints(plane: Plane, points: ArrayLike<number>, colour: string, size = 2.5, alpha = 0.7): void {
  const { context, side } = plane;
  const dot = (size * side) / context.canvas.clientWidth;
  context.globalAlpha = alpha;
  context.fillStyle = colour;
  for (let i = 0; i + 1 < points.length; i += 2) {
    context.fillRect(across(points[i]!, side) - dot / 2, down(points[i + 1]!, side) - dot / 2, dot, dot);
  }
  context.globalAlpha = 1;
}

/** Numbers from −1 to 1 on cells, row by row from the lowest: warm above 0, cool below. */
export function drawHeat({ context, side, colours }: Plane, values: ArrayLike<number>, cells: number): void {
  const image = new ImageData(cells, cells);
  for (let i = 0; i < cells * cells; i++) {
    const value = values[i]!;
    const [r, g, b] = value >= 0 ? colours.warm : colours.cool;
    const place = 4 * ((cells - 1 - Math.floor(i / cells)) * cells + (i % cells));
    image.data.set([r, g, b, 255 * Math.min(1, Math.abs(value))], place);
  }
  const small = new OffscreenCanvas(cells, cells);
  small.getContext('2d')!.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(small, 0, 0, side, side);
}

/** Each line through its points (x and y in turn). */
export function drawLines(plane: Plane, lines: readonly ArrayLike<number>[], colour: string, alpha = 0.45): void {
  const { context, side } = plane;
  context.globalAlpha = alpha;
  context.strokeStyle = colour;
  context.lineWidth = side / context.canvas.clientWidth;
  context.beginPath();
  for (const line of lines) {
    for (let i = 0; i + 1 < line.length; i += 2) {
      const [x, y] = [across(line[i]!, side), down(line[i + 1]!, side)];
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
  }
  context.stroke();
  context.globalAlpha = 1;
}

/** Arrows from `at` along `by` (x and y in turn). */
export function drawArrows(plane: Plane, at: readonly number[], by: readonly number[], colour: string): void {
  const lines: number[][] = [];
  for (let i = 0; i + 1 < at.length; i += 2) {
    const [x, y, u, v] = [at[i]!, at[i + 1]!, by[i]!, by[i + 1]!];
    const [tipX, tipY, head] = [x + u, y + v, 0.35];
    lines.push([x, y, tipX, tipY]);
    lines.push([
      tipX - head * (u + 0.6 * v),
      tipY - head * (v - 0.6 * u),
      tipX,
      tipY,
      tipX - head * (u - 0.6 * v),
      tipY - head * (v + 0.6 * u),
    ]);
  }
  drawLines(plane, lines, colour, 0.7);
}

function across(x: number, side: number): number {
  return ((x / EXTENT + 1) / 2) * side;
}

function down(y: number, side: number): number {
  return ((1 - y / EXTENT) / 2) * side;
}
