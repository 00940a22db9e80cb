import { GenaiError } from '@genai/core';
import type { FlowView } from './flow-views.js';

/** How {@link flowSvg} draws. */
export interface FlowSvgOptions {
  /** That of the views: 4 unless given. */
  readonly extent?: number;
  /** Width and height of each panel in pixels: 240 unless given. */
  readonly size?: number;
}

/**
 * The views of a flow side by side as one SVG document: the density shaded, the grid as lines, draws as dots, from noise to data.
 *
 * @example
 * await writeFile('flow.svg', flowSvg(await flowViews(density, params)));
 * @throws GenaiError if there is no view.
 */
export function flowSvg(views: readonly FlowView[], { extent = 4, size = 240 }: FlowSvgOptions = {}): string {
  if (views.length === 0) throw new GenaiError('flowSvg: there is no view. Pass what flowViews gave.');
  const gap = 12;
  const caption = 24;
  const width = views.length * (size + gap) - gap;
  const last = views.length - 1;
  const panels = views.map((view, i) => {
    const title = i === 0 ? 'noise' : i === last ? 'data' : `after ${i} of ${last}`;
    return [
      `<svg x="${i * (size + gap)}" y="0" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}">`,
      `<rect width="${size}" height="${size}" fill="#fbfbfd"/>`,
      cellsOf(view.density, size),
      ...view.grid.map((line) => lineOf(line, extent, size)),
      dotsOf(view.draws, extent, size),
      '</svg>',
      `<text x="${i * (size + gap) + size / 2}" y="${size + 17}" text-anchor="middle">${title}</text>`,
    ].join('');
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${size + caption}" ` +
    `viewBox="0 0 ${width} ${size + caption}" font-family="sans-serif" font-size="13" fill="#333">${panels.join('')}</svg>\n`
  );
}

/** The density in eight shades, neighbours of one shade in a row as one rectangle. */
function cellsOf(density: Float32Array, size: number): string {
  const cells = Math.round(Math.sqrt(density.length));
  const top = density.reduce((a, b) => Math.max(a, b), 0);
  const shade = (p: number): number => Math.round(8 * Math.sqrt(p / top));
  const side = size / cells;
  const made: string[] = [];
  for (let row = 0; row < cells; row++) {
    for (let from = 0; from < cells; ) {
      const level = shade(density[row * cells + from]!);
      let to = from + 1;
      while (to < cells && shade(density[row * cells + to]!) === level) to++;
      if (level > 0) {
        const [x, y] = [round(from * side), round(size - (row + 1) * side)];
        const opacity = round(0.1 * level);
        made.push(
          `<rect x="${x}" y="${y}" width="${round((to - from) * side)}" height="${round(side)}" opacity="${opacity}"/>`,
        );
      }
      from = to;
    }
  }
  return `<g fill="#2b6cb0" shape-rendering="crispEdges">${made.join('')}</g>`;
}

function lineOf(points: Float32Array, extent: number, size: number): string {
  const path: string[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = placeOf(points[i]!, points[i + 1]!, extent, size);
    path.push(`${x},${y}`);
  }
  return `<polyline points="${path.join(' ')}" fill="none" stroke="#8a8fa3" stroke-width="0.7"/>`;
}

function dotsOf(points: Float32Array, extent: number, size: number): string {
  const dots: string[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = placeOf(points[i]!, points[i + 1]!, extent, size);
    dots.push(`<circle cx="${x}" cy="${y}" r="1.2"/>`);
  }
  return `<g fill="#c05621">${dots.join('')}</g>`;
}

/** Where a point lies in a panel, in pixels, kept near it where the point is far away. */
function placeOf(x: number, y: number, extent: number, size: number): [number, number] {
  const pixel = (v: number): number => round(Math.min(2 * size, Math.max(-size, (size * (v + extent)) / (2 * extent))));
  return [pixel(x), size - pixel(y)];
}

function round(x: number): number {
  return Math.round(x * 100) / 100;
}
