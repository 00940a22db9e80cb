import { expectIntegers, GenaiError, type Key, randomNormal } from '@genai/core';
import { breathing } from '../breathing.js';
import { type Points, type Rows, rowsOf } from '../points.js';
import type { SampleMetric } from '../sample-metric.js';
import { reservoir } from './reservoir.js';
import { keptRows } from './statistics-arrays.js';

export interface SlicedWassersteinOptions {
  /** Random directions. Default 128. */
  readonly projections?: number;
  /** p of the distance, at least 1. Default 2. */
  readonly order?: number;
  /** Rows kept of either side at most. Default 10,000. */
  readonly keep?: number;
}

/**
 * The sliced Wasserstein distance: (mean of W_p^p of the projections on random directions)^(1/p), each exact on its line. 0 only for
 * equal distributions; in the unit of the features.
 *
 * @example
 * const { figures } = await compareSamples({ samples, reference, metrics: { sliced: slicedWasserstein() }, key: key(0) });
 * figures.sliced.slicedWasserstein.value;
 * @source Bonneel et al. 2015, "Sliced and Radon Wasserstein barycenters of measures", eq. 8.
 */
export function slicedWasserstein({
  projections = 128,
  order = 2,
  keep = 10_000,
}: SlicedWassersteinOptions = {}): SampleMetric<'slicedWasserstein'> {
  const where = 'slicedWasserstein';
  expectIntegers(where, { projections });
  expectOrder(where, order);
  return {
    name: 'sliced-wasserstein',
    settings: { projections, order, keep },
    gather: reservoir(where, keep),
    compare: async (samples, reference, key) => {
      const b = keptRows(`${where}, the reference`, reference);
      const a = keptRows(`${where}, the samples`, samples, 1, b.width);
      const value = await distanceAlong(a, b, directionsOf(key, projections, b.width), order);
      return { slicedWasserstein: { value, better: 'lower' } };
    },
  };
}

/**
 * The same along given directions, (projections, width), which are taken to be of length 1. a: (m, width), b: (n, width).
 *
 * @example
 * const distance = await slicedWassersteinAlong([[1, 0], [0, 1]], points, others, { order: 1 }); // of the marginals
 * @throws GenaiError unless all are matrices of finite numbers of one width.
 */
export async function slicedWassersteinAlong(
  directions: Points,
  a: Points,
  b: Points,
  { order = 2 }: { readonly order?: number } = {},
): Promise<number> {
  const where = 'slicedWassersteinAlong';
  expectOrder(where, order);
  const along = await rowsOf(where, directions);
  return distanceAlong(await rowsOf(where, a, 1, along.width), await rowsOf(where, b, 1, along.width), along, order);
}

async function distanceAlong(a: Rows, b: Rows, directions: Rows, order: number): Promise<number> {
  const breath = breathing();
  let total = 0;
  for (let i = 0; i < directions.count; i++) {
    const direction = directions.values.subarray(i * directions.width, (i + 1) * directions.width);
    total += powerOnLine(project(a, direction).sort(), project(b, direction).sort(), order);
    if (breath.due()) await breath.take();
  }
  return (total / directions.count) ** (1 / order);
}

function project({ values, count, width }: Rows, direction: Rows['values']): Float64Array {
  const projected = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let total = 0;
    for (let k = 0, at = i * width; k < width; k++, at++) total += values[at]! * direction[k]!;
    projected[i] = total;
  }
  return projected;
}

/** ∫ |F⁻¹(q) − G⁻¹(q)|^p dq of sorted numbers: from one step of either quantile function to the next. */
function powerOnLine(a: Float64Array, b: Float64Array, order: number): number {
  let [i, j, total] = [0, 0, 0];
  let from = 0; // in units of 1 / (m n)
  while (i < a.length && j < b.length) {
    const [endA, endB] = [(i + 1) * b.length, (j + 1) * a.length];
    const to = Math.min(endA, endB);
    total += (to - from) * Math.abs(a[i]! - b[j]!) ** order;
    from = to;
    if (endA === to) i++;
    if (endB === to) j++;
  }
  return total / (a.length * b.length);
}

function directionsOf(key: Key, count: number, width: number): Rows {
  const values = Float64Array.from(randomNormal(key, count * width));
  for (let i = 0; i < count; i++) {
    const row = values.subarray(i * width, (i + 1) * width);
    const norm = Math.hypot(...row);
    for (let k = 0; k < width; k++) row[k]! /= norm;
  }
  return { values, count, width };
}

function expectOrder(where: string, order: number): void {
  if (!(order >= 1 && order < Number.POSITIVE_INFINITY)) {
    throw new GenaiError(`${where}: order must be a number of at least 1, got ${order}.`);
  }
}
