import { type Cell, cellsOf, DISTANCE, dotOf, LEFT_BEHIND, MARGIN, type Painter, type Picture } from './painter.js';

/** Projects points itself, and draws those behind first. */
export class CanvasPainter implements Painter {
  readonly kind = 'canvas';
  readonly canvas: HTMLCanvasElement = document.createElement('canvas');

  readonly paint = (picture: Picture): void => {
    const { clouds, width, height } = picture;
    const ratio = Math.min(2, devicePixelRatio);
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) Object.assign(this.canvas, { width: w, height: h });
    const context = this.canvas.getContext('2d')!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    for (const [i, cell] of cellsOf(clouds.length, width, height).entries()) drawCloud(context, picture, i, cell);
  };

  readonly dispose = (): void => {};
}

function drawCloud(context: CanvasRenderingContext2D, picture: Picture, which: number, cell: Cell): void {
  const { reach, azimuth, tilt } = picture;
  const [points, colours] = [picture.clouds[which]!, picture.colours[which]!];
  const count = points.length / 3;
  const [cosA, sinA, cosT, sinT] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(tilt), Math.sin(tilt)];
  const focus = (Math.min(cell.width, cell.height) / 2) * (DISTANCE / (MARGIN * reach));
  const [middleX, middleY] = [cell.left + cell.width / 2, cell.top + cell.height / 2];
  const seen = new Float32Array(3 * count); // to the right, down, towards the camera
  for (let i = 0; i < count; i++) {
    const [x, y, z] = [points[3 * i]!, points[3 * i + 1]!, points[3 * i + 2]!];
    const near = x * sinA + z * cosA;
    const depth = y * sinT + near * cosT;
    const scale = focus / Math.max(1, DISTANCE - depth);
    seen[3 * i] = middleX + scale * (x * cosA - z * sinA);
    seen[3 * i + 1] = middleY - scale * (y * cosT - near * sinT);
    seen[3 * i + 2] = depth;
  }
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => seen[3 * a + 2]! - seen[3 * b + 2]!);
  const dot = dotOf(cell);
  context.save();
  context.beginPath();
  context.rect(cell.left, cell.top, cell.width, cell.height);
  context.clip();
  for (const i of order) {
    const depth = seen[3 * i + 2]!;
    const fade = Math.max(0, Math.min(1, (reach - depth) / (2 * reach)));
    context.globalAlpha = 1 - (1 - LEFT_BEHIND) * fade;
    context.fillStyle = `rgb(${colours[3 * i]} ${colours[3 * i + 1]} ${colours[3 * i + 2]})`;
    context.beginPath();
    context.arc(seen[3 * i]!, seen[3 * i + 1]!, ((dot / 2) * DISTANCE) / Math.max(1, DISTANCE - depth), 0, 2 * Math.PI);
    context.fill();
  }
  context.restore();
}
