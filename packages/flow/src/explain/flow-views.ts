import { expectIntegers, GenaiError, type Key } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, concat, exp, reshape, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import type { Flow, FlowStep } from '../flow.js';

/** What {@link flowViews} shows. */
export interface FlowViewsOptions {
  /** The square that is shown is [−extent, extent]²: 4 unless given. */
  readonly extent?: number;
  /** Cells along each side of a density: 64 unless given. */
  readonly cells?: number;
  /** Lines of the grid each way: 13 unless given; points on each: 49. */
  readonly lines?: number;
  /** Draws to show, and where they come from: none unless given. */
  readonly draws?: { readonly key: Key; readonly count: number };
}

/** The plane at one stage of a flow, on its way from noise to data. */
export interface FlowView {
  /** Maps between here and the noise: 0 shows the noise, as many as there are maps the data. */
  readonly maps: number;
  /** p at the centres of the cells, row by row from the lowest, (cells × cells). */
  readonly density: Float32Array;
  /** A grid drawn on the noise, as it lies here: each line is (points × 2). */
  readonly grid: readonly Float32Array[];
  /** The draws, as they lie here: (count × 2). */
  readonly draws: Float32Array;
}

/**
 * A flow of the plane seen after each of its maps, on the way from noise to data: the density there, what has become of a grid drawn
 * on the noise, and of draws. Plain numbers, for a plot: {@link flowSvg} makes one.
 *
 * @example
 * const views = await flowViews(density, params, { draws: { key: key(0), count: 500 } });
 * await writeFile('flow.svg', flowSvg(views));
 * @throws GenaiError if the flow is not one of the plane, or a number is out of range.
 */
export async function flowViews<P>(
  flow: Flow<P>,
  params: P,
  { extent = 4, cells = 64, lines = 13, draws }: FlowViewsOptions = {},
): Promise<readonly FlowView[]> {
  expectIntegers('flowViews', { cells, lines, count: draws?.count ?? 0 }, 0);
  if (!(extent > 0)) throw new GenaiError(`flowViews: extent must be above 0, got ${extent}.`);
  const made = scope(() => {
    const steps = flow.steps(params);
    const base = flow.base(params);
    if (String(base.eventShape) !== '2') {
      throw new GenaiError(
        `flowViews: the noise has the shape [${base.eventShape}], expected [2]: a flow of the plane.`,
      );
    }
    const centres = tensor2d(cellCentres(extent, cells), [cells * cells, 2]);
    const grid = tensor2d(gridPoints(extent, lines), [2 * lines * POINTS, 2]);
    let moved = draws ? concat([grid, base.sample(draws.key, [draws.count])]) : grid;
    return Array.from({ length: steps.length + 1 }, (_, maps) => {
      const after = steps.slice(steps.length - maps); // between here and the noise
      if (maps > 0) moved = after[0]!.inverse(moved).x;
      const density = exp(logDensityThrough(after, centres, (z) => base.logProb(z))); // (cells²)
      return { maps, density, moved: reshape(moved, [-1]) };
    });
  });
  const views: FlowView[] = [];
  try {
    for (const { maps, density, moved } of made) {
      const [p, points] = await Promise.all([density.data<'float32'>(), moved.data<'float32'>()]);
      const grid = Array.from({ length: 2 * lines }, (_, i) => points.slice(2 * POINTS * i, 2 * POINTS * (i + 1)));
      views.push({ maps, density: p, grid, draws: points.slice(4 * lines * POINTS) });
    }
  } finally {
    for (const { density, moved } of made) {
      density.dispose();
      moved.dispose();
    }
  }
  return views;
}

const POINTS = 49;

/** log p of points from which `steps` lead to the noise. */
function logDensityThrough(steps: readonly FlowStep[], x: Tensor, logProb: (z: Tensor) => Tensor): Tensor {
  let at = x;
  let total: Tensor | undefined;
  for (const step of steps) {
    const { y, logDet } = step.forward(at);
    at = y;
    total = total ? add(total, logDet) : logDet;
  }
  return total ? add(total, logProb(at)) : logProb(at);
}

function cellCentres(extent: number, cells: number): Float32Array {
  return Float32Array.from({ length: 2 * cells * cells }, (_, i) => {
    const cell = i >> 1;
    const place = i & 1 ? Math.floor(cell / cells) : cell % cells;
    return extent * ((2 * place + 1) / cells - 1);
  });
}

/** Lines along x, then lines along y, within three quarters of the square. */
function gridPoints(extent: number, lines: number): Float32Array {
  const reach = 0.75 * extent;
  const along = (i: number, count: number): number => (count === 1 ? 0 : reach * ((2 * i) / (count - 1) - 1));
  const points: number[] = [];
  for (let way = 0; way < 2; way++) {
    for (let line = 0; line < lines; line++) {
      for (let i = 0; i < POINTS; i++) {
        const pair = [along(i, POINTS), along(line, lines)];
        points.push(pair[way]!, pair[1 - way]!);
      }
    }
  }
  return Float32Array.from(points);
}
