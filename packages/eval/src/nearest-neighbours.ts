import { expectIntegers } from '@genai/core';
import { eachPair, squaredDistance } from './each-pair.js';
import { type Points, type Rows, rowsOf } from './points.js';

/** The neighbours of one query, the nearest first; of equally near ones that of the lower index. */
export interface Neighbours {
  /** Rows of the references. */
  readonly indices: Int32Array;
  /** How far each is. */
  readonly distances: Float64Array;
}

/**
 * The `count` references nearest to each query by Euclidean distance, to see whether samples are copies of training data.
 *
 * queries: (queries, width), references: (references, width). Candidates are found by matrix products on the engine and compared
 * in double precision, so the result is exact.
 *
 * @example
 * const nearest = await nearestNeighbours(samples, trainingImages, 3); // both (…, 784)
 * nearest[0].indices; // the three images most like the first sample
 * @throws GenaiError unless both are matrices of finite numbers of one width, with at least `count` references.
 */
export async function nearestNeighbours(queries: Points, references: Points, count = 1): Promise<Neighbours[]> {
  const where = 'nearestNeighbours';
  expectIntegers(where, { count });
  const known = await rowsOf(`${where}, the references`, references, count);
  const asked = await rowsOf(`${where}, the queries`, queries, 1, known.width);
  return neighboursOf(asked, known, count);
}

/** As above, of rows. With `besides`, the row of the same index is no neighbour: the two are one set. */
export async function neighboursOf(asked: Rows, known: Rows, count: number, besides = false): Promise<Neighbours[]> {
  const nearest = Array.from({ length: asked.count }, () => new Nearest(count));
  await eachPair(asked, known, (i, j, low, high) => {
    const candidates = nearest[i]!;
    if (low < candidates.limit && !(besides && i === j)) {
      candidates.add({ index: j, low, high }, (index) => squaredDistance(asked, i, known, index));
    }
  });
  return nearest.map((candidates, i) => {
    candidates.settle((index) => squaredDistance(asked, i, known, index));
    return {
      indices: Int32Array.from(candidates.list, ({ index }) => index),
      distances: Float64Array.from(candidates.list, ({ low }) => Math.sqrt(low)),
    };
  });
}

type Candidate = { readonly index: number; readonly low: number; readonly high: number };

/** What may still be among the `count` nearest, by bounds of squared distances. */
class Nearest {
  readonly #count: number;
  /** Those with the least upper bounds first. */
  list: Candidate[] = [];
  /** What is not nearer than this is not among them. */
  limit: number = Number.POSITIVE_INFINITY;

  constructor(count: number) {
    this.#count = count;
  }

  add(candidate: Candidate, exact: (index: number) => number): void {
    const { list } = this;
    let at = list.length;
    while (at > 0 && list[at - 1]!.high > candidate.high) at--;
    list.splice(at, 0, candidate);
    if (list.length < this.#count) return;
    this.limit = list[this.#count - 1]!.high;
    while (list.length > this.#count && list.at(-1)!.low >= this.limit) list.pop();
    // Many that the bounds do not part, such as copies of one point: part them now.
    if (list.length > 2 * this.#count + 64) this.settle(exact);
  }

  /** Leaves the `count` nearest, their distances exact. */
  settle(exact: (index: number) => number): void {
    this.list = this.list
      .map((candidate) => {
        const squared = candidate.low === candidate.high ? candidate.low : exact(candidate.index);
        return { index: candidate.index, low: squared, high: squared };
      })
      .sort((a, b) => a.low - b.low || a.index - b.index)
      .slice(0, this.#count);
    if (this.list.length === this.#count) this.limit = this.list.at(-1)!.high;
  }
}
