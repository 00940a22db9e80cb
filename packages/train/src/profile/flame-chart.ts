import { expectIntegers } from '@genai/core';
import type { StepProfile } from './profile-step.js';
import { type Span, spansOf } from './spans.js';

/** What {@link flameChart} can vary. */
export interface FlameChartOptions {
  /** Of the picture in pixels; default 1200. */
  readonly width?: number;
}

const ROW = 18;
const HEAD = 22;
const MEMORY = 60;
/** What is to be known of times that are not of computing. */
const TIMED: { readonly [timed in StepProfile['timed']]: string } = {
  computing: '',
  submitting: ' (times of submitting: this engine computes later)',
  device: ' (times of the device, without the host)',
};

/**
 * A profile as a picture, one SVG without anything from elsewhere: time from left to right, functions above what they call,
 * kernels coloured by name, and the memory below. Hovering tells names, times and shapes.
 *
 * @example
 * await writeFile('step.svg', flameChart(profile));
 * @throws GenaiError unless `width` is an integer above 0.
 * @source Gregg 2016, "The flame graph", with time along the axis.
 */
export function flameChart(profile: StepProfile, { width = 1200 }: FlameChartOptions = {}): string {
  expectIntegers('flameChart', { width });
  const spans = spansOf(profile);
  const rows = spans.reduce((most, { depth }) => Math.max(most, depth + 1), 0);
  const scale = width / (profile.milliseconds || 1); // a card may say 0 of all its kernels
  const below = HEAD + rows * ROW + 8;
  const height = below + MEMORY;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="4" y="15">${escaped(headline(profile))}</text>`,
    ...spans.map((span) => rectangle(span, scale)),
    memoryCurve(profile, scale, below),
    '</svg>',
    '',
  ].join('\n');
}

function headline({ engine, timed, milliseconds, peakBytes, kernels }: StepProfile): string {
  return `${engine}: ${milliseconds.toFixed(1)} ms, ${kernels.length} kernels, at most ${megabytes(peakBytes)}${TIMED[timed]}`;
}

function rectangle({ name, depth, start, end, kernel }: Span, scale: number): string {
  const [x, y, width] = [start * scale, HEAD + depth * ROW, Math.max((end - start) * scale, 0.3)];
  const shapes = kernel ? `\n${shapesOf(kernel.inputs)} → ${shapesOf(kernel.outputs)}` : '';
  const title = `${name}, ${(end - start).toFixed(3)} ms${shapes}`;
  const fits = Math.floor((width - 6) / 6.7); // letters of the font
  const label = fits < 3 ? '' : `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${escaped(name.slice(0, fits))}</text>`;
  const fill = kernel ? `hsl(${hueOf(name)},70%,75%)` : '#e8e8e8';
  return `<g><title>${escaped(title)}</title><rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="${fill}"/>${label}</g>`;
}

function memoryCurve({ kernels, milliseconds, peakBytes }: StepProfile, scale: number, top: number): string {
  const bottom = top + MEMORY;
  const y = (bytes: number): string => (bottom - (bytes / Math.max(peakBytes, 1)) * (MEMORY - 4)).toFixed(1);
  const points = kernels.map((kernel) => {
    const x = ((kernel.start + kernel.milliseconds) * scale).toFixed(1);
    return `${x},${y(kernel.liveBytes)}`;
  });
  const [end, last] = [(milliseconds * scale).toFixed(1), y(kernels.at(-1)?.liveBytes ?? 0)];
  return `<polygon points="0,${bottom} ${points.join(' ')} ${end},${last} ${end},${bottom}" fill="#9bd" fill-opacity="0.6"><title>memory of the tensors made, at most ${megabytes(peakBytes)}</title></polygon>`;
}

/** The same colour for a kernel in every picture. */
function hueOf(name: string): number {
  let hue = 0;
  for (const letter of name) hue = (hue * 31 + letter.codePointAt(0)!) % 360;
  return hue;
}

function shapesOf(shapes: readonly (readonly number[])[]): string {
  return shapes.map((shape) => `[${shape.join(', ')}]`).join(' ');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
