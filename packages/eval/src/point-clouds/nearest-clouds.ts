import { expectIntegers, GenaiError } from '@genai/core';
import type { Neighbours } from '../nearest-neighbours.js';
import { cloudsOf, type PointCloud, type PointClouds } from './clouds.js';
import { type MeasureOptions, measureAll, type Pair } from './measure-all.js';

/** What {@link nearestClouds} needs. */
export interface NearestCloudsOptions extends MeasureOptions {
  /** How many to find for each. Default 1. */
  readonly count?: number;
}

/**
 * The `count` references nearest to each query, to see whether generated clouds are copies of training data: the nearest first,
 * of equally near ones the first.
 *
 * queries, references: tensors (clouds, points, 3) or clouds one by one. Each pair is measured once, and none is kept.
 *
 * @example
 * const nearest = await nearestClouds(samples, trainingShapes, { distance: chamferDistance, count: 3 });
 * nearest[0].indices; // the three shapes most like the first sample
 * @throws GenaiError unless both are clouds of finite numbers, with at least `count` references, and a distance is a number of at
 * least 0; and what the distance throws.
 */
export async function nearestClouds(
  queries: PointClouds,
  references: PointClouds,
  { count = 1, ...options }: NearestCloudsOptions,
): Promise<Neighbours[]> {
  const where = 'nearestClouds';
  expectIntegers(where, { count });
  const asked = await cloudsOf(`${where}, the queries`, queries);
  const known = await cloudsOf(`${where}, the references`, references);
  if (known.length < count) {
    throw new GenaiError(`${where}: got ${known.length} references, expected at least count, ${count}.`);
  }
  const found = asked.map((): Found[] => []);
  await measureAll(where, pairsOf(asked, known, found, count), asked.length * known.length, options);
  return found.map((list) => ({
    indices: Int32Array.from(list, ({ index }) => index),
    distances: Float64Array.from(list, ({ apart }) => apart),
  }));
}

type Found = { readonly index: number; readonly apart: number };

function* pairsOf(
  asked: readonly PointCloud[],
  known: readonly PointCloud[],
  found: readonly Found[][],
  count: number,
): Generator<Pair> {
  for (const [i, a] of asked.entries()) {
    const list = found[i]!;
    for (const [index, b] of known.entries()) {
      const beyond = list.length < count ? Number.POSITIVE_INFINITY : list.at(-1)!.apart;
      yield { a, b, beyond, hear: (apart) => insert(list, { index, apart }, count) };
    }
  }
}

/** Keeps the `count` nearest in order; what comes later stands behind its equals. */
function insert(list: Found[], one: Found, count: number): void {
  const place = list.findIndex(({ apart }) => apart > one.apart);
  list.splice(place < 0 ? list.length : place, 0, one);
  if (list.length > count) list.pop();
}
