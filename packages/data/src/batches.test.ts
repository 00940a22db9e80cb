import { GenaiError, key } from '@genai/core';
import { batchesLaws } from '@genai/testing/batches-laws';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { batches } from './batches.js';
import type { Dataset } from './dataset.js';
import { fromArrays } from './from-arrays.js';

const numbers = (count: number): Dataset<{ x: Tensor; label: Tensor }> =>
  fromArrays({
    x: { data: Float32Array.from({ length: 2 * count }, (_, i) => i / 7), shape: [count, 2] },
    label: Int32Array.from({ length: count }, (_, i) => i),
  });
const ids = (batch: { label: Tensor }): ArrayLike<number> => batch.label.dataSync();

batchesLaws('shuffled', (k) => batches(numbers(10), { size: 5, key: k }), {
  epoch: { batches: 2, examples: 10, ids },
});
batchesLaws('shuffled, last kept', (k) => batches(numbers(10), { size: 4, key: k, last: 'keep' }), {
  epoch: { batches: 3, examples: 10, ids },
});
batchesLaws('in order, one epoch', () => batches(numbers(10), { size: 4, epochs: 1, last: 'keep' }));
batchesLaws('an asynchronous dataset', (k) => batches(later(numbers(10)), { size: 3, key: k, epochs: 2 }));

describe('batches: known answers', () => {
  test('without a key the examples come in order, again and again', async () => {
    const seen: number[][] = [];
    for await (const batch of batches(numbers(5), { size: 2 })) {
      seen.push(Array.from(ids(batch)));
      if (seen.length === 4) break;
    }
    expect(seen).toEqual([
      [0, 1],
      [2, 3],
      [0, 1],
      [2, 3],
    ]);
  });

  test('epochs differ in order, and drop different examples', async () => {
    const epochs: number[][] = [[], []];
    let number = 0;
    const shuffled = batches(numbers(101), { size: 10, key: key(0), epochs: 2 });
    expect(shuffled.perEpoch).toBe(10);
    for await (const batch of shuffled) epochs[Math.floor(number++ / 10)]!.push(...Array.from(ids(batch)));
    expect(number).toBe(20);
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(new Set(epochs[0]).size).toBe(100);
    expect([...epochs[0]!].sort()).not.toEqual(epochs[0]);
  });

  test('an epoch is read in the order of its permutation, one read for a cursor far in', async () => {
    let reads = 0;
    const source = numbers(100);
    const counted: Dataset<{ x: Tensor; label: Tensor }> = {
      length: 100,
      read: (indices) => {
        reads++;
        return source.read(indices);
      },
    };
    for await (const batch of batches(counted, { size: 10, key: key(1) }).from(1_000_003)) {
      expect(ids(batch).length).toBe(10);
      break;
    }
    expect(reads).toBe(1);
  });

  test('a cursor at the end of the last epoch gives nothing', async () => {
    const all = batches(numbers(6), { size: 2, epochs: 2 });
    let count = 0;
    for await (const _ of all.from(6)) count++;
    for await (const _ of all.from(600)) count++;
    expect(count).toBe(0);
  });
});

describe('batches: errors', () => {
  test('options out of range, and datasets that make no batch', () => {
    for (const options of [{ size: 0 }, { size: 1.5 }, { size: 11 }, { size: 2, epochs: -1 }]) {
      expect(() => batches(numbers(10), options), JSON.stringify(options)).toThrow(GenaiError);
    }
    expect(() => batches(numbers(10), { size: 11 })).toThrow(/10 examples make no batch of 11.*last: 'keep'/);
    expect(() => batches(numbers(0), { size: 1, last: 'keep' })).toThrow(/some examples/);
  });

  test('a dataset that fails to read leaves nothing over and says why', async () => {
    const broken: Dataset<Tensor> = { length: 4, read: () => Promise.reject(new GenaiError('the disk is gone')) };
    const reading = (async () => {
      for await (const _ of batches(broken, { size: 2 })) expect.unreachable();
    })();
    await expect(reading).rejects.toThrow('the disk is gone');
  });
});

function later<B>(dataset: Dataset<B>): Dataset<B> {
  return {
    length: dataset.length,
    read: async (indices) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return dataset.read(indices);
    },
  };
}
