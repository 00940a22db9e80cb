import { expectIntegers, GenaiError } from '@genai/core';
import { breathing } from '../breathing.js';
import { type Neighbours, neighboursOf } from '../nearest-neighbours.js';
import { type Points, type Rows, rowsOf } from '../points.js';

export interface NearestInStreamOptions {
  /** How many neighbours of each query; 1 unless given. */
  readonly count?: number;
  /** Stops: rejects with the signal's reason before the next batch. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The references nearest to each query, as {@link nearestNeighbours}, of references that come batch after batch: of data that do not fit in memory.
 *
 * queries: (queries, width), each batch: (…, width); indices count the rows of all batches. In memory are the queries, one batch
 * and the neighbours found so far. Batches stay their owner's.
 *
 * @example
 * const nearest = await nearestInStream(sampleFeatures, featuresOf(trainingImages), { count: 8 });
 * nearest[0].indices; // the eight training images most like the first sample
 * @throws GenaiError unless all are matrices of finite numbers of one width, with at least `count` references together.
 */
export async function nearestInStream(
  queries: Points,
  batches: Iterable<Points> | AsyncIterable<Points>,
  { count = 1, signal }: NearestInStreamOptions = {},
): Promise<Neighbours[]> {
  expectIntegers('nearestInStream', { count });
  return nearestTo('nearestInStream', await rowsOf('nearestInStream, the queries', queries), batches, count, signal);
}

/** As above, of rows, for `where`. */
export async function nearestTo(
  where: string,
  asked: Rows,
  batches: Iterable<Points> | AsyncIterable<Points>,
  count: number,
  signal?: AbortSignal,
): Promise<Neighbours[]> {
  const breath = breathing(signal);
  let nearest: Neighbours[] = Array.from({ length: asked.count }, () => NONE);
  let seen = 0;
  for await (const batch of batches) {
    signal?.throwIfAborted();
    const known = await rowsOf(`${where}, a batch`, batch, 1, asked.width);
    const found = await neighboursOf(asked, known, Math.min(count, known.count));
    nearest = nearest.map((before, i) => merged(before, found[i]!, seen, count));
    seen += known.count;
    if (breath.due()) await breath.take();
  }
  if (seen >= count) return nearest;
  throw new GenaiError(
    `${where}: the batches hold ${seen} rows, expected at least ${count}. Ask for fewer neighbours.`,
  );
}

const NONE: Neighbours = {
  indices: /* @__PURE__ */ new Int32Array(0),
  distances: /* @__PURE__ */ new Float64Array(0),
};

/** The first `count` of two sorted lists; of equally near ones those of `before`, whose indices are lower. */
function merged(before: Neighbours, found: Neighbours, offset: number, count: number): Neighbours {
  const length = Math.min(count, before.indices.length + found.indices.length);
  const indices = new Int32Array(length);
  const distances = new Float64Array(length);
  let [b, f] = [0, 0];
  for (let i = 0; i < length; i++) {
    const old = f >= found.indices.length || before.distances[b]! <= found.distances[f]!;
    indices[i] = old ? before.indices[b]! : found.indices[f]! + offset;
    distances[i] = old ? before.distances[b++]! : found.distances[f++]!;
  }
  return { indices, distances };
}
