import { GenaiError } from '@genai/core';
import type { Dataset } from './dataset.js';
import { expectIndices, expectInteger } from './expect.js';

/**
 * The examples with these numbers, in this order; a number may stand more than once.
 *
 * @example
 * const sevens = select(data, Uint32Array.from(labels.keys()).filter((i) => labels[i] === 7));
 * @throws GenaiError if an index names no example.
 */
export function select<B>(dataset: Dataset<B>, indices: Uint32Array): Dataset<B> {
  expectIndices('select', indices, dataset.length);
  return view('select', dataset, indices.length, (i) => indices[i]!);
}

/**
 * The first `count` examples.
 *
 * @throws GenaiError if there are fewer.
 */
export function take<B>(dataset: Dataset<B>, count: number): Dataset<B> {
  expectPart('take', count, dataset.length);
  return view('take', dataset, count, (i) => i);
}

/**
 * All but the first `count` examples.
 *
 * @throws GenaiError if there are fewer.
 */
export function skip<B>(dataset: Dataset<B>, count: number): Dataset<B> {
  expectPart('skip', count, dataset.length);
  return view('skip', dataset, dataset.length - count, (i) => i + count);
}

function view<B>(where: string, dataset: Dataset<B>, length: number, at: (i: number) => number): Dataset<B> {
  return {
    length,
    read: (indices) => {
      expectIndices(where, indices, length);
      return dataset.read(indices.map(at));
    },
  };
}

export function expectPart(where: string, count: number, length: number): void {
  expectInteger(where, 'count', count, 0);
  if (count > length) {
    throw new GenaiError(`${where}: asked for ${count} examples of ${length}. Pass a count of at most ${length}.`);
  }
}
