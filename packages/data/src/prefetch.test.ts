import { GenaiError, key } from '@genai/core';
import { batchesLaws } from '@genai/testing/batches-laws';
import { memory, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { batches } from './batches.js';
import { binarize } from './binarize.js';
import type { Dataset } from './dataset.js';
import { fromArrays } from './from-arrays.js';
import { prefetch } from './prefetch.js';

const numbers = fromArrays(Int32Array.from({ length: 12 }, (_, i) => i));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const slow = (log: string[] = []): Dataset<Tensor> => ({
  length: numbers.length,
  read: async (indices) => {
    log.push(`read ${indices.join()}`);
    await pause(1);
    return numbers.read(indices);
  },
});

const epoch = { batches: 4, examples: 12, ids: (x: Tensor) => x.dataSync() };
batchesLaws('read ahead by 1', (k) => prefetch(batches(numbers, { size: 3, key: k }), 1), { epoch });
batchesLaws('read ahead by 3', (k) => prefetch(batches(slow(), { size: 3, key: k }), 3), { epoch });
batchesLaws('read ahead past the end', (k) => prefetch(batches(slow(), { size: 3, key: k, epochs: 1 }), 10));
batchesLaws('noise under reading ahead', (k) => prefetch(binarize(batches(numbers, { size: 3, key: k }), { key: k })));

describe('prefetch: known answers', () => {
  test('reads `count` batches beyond the one that is held, and frees them on return', async () => {
    const log: string[] = [];
    const before = memory().numTensors;
    for await (const x of prefetch(batches(slow(log), { size: 2 }), 2)) {
      log.push(`held ${x.dataSync().join()}`);
      await pause(20);
      expect(memory().numTensors - before).toBe(3);
      if (log.filter((line) => line.startsWith('held')).length === 2) break;
    }
    expect(log).toEqual(['read 0,1', 'read 2,3', 'held 0,1', 'read 4,5', 'read 6,7', 'held 2,3']);
    expect(memory().numTensors).toBe(before);
  });

  test('gives the batches of its source', async () => {
    const values = async (source: AsyncIterable<Tensor>): Promise<string[]> => {
      const found: string[] = [];
      for await (const x of source) found.push(x.dataSync().join());
      return found;
    };
    const plain = batches(numbers, { size: 5, key: key(1), epochs: 3, last: 'keep' });
    expect(await values(prefetch(plain, 4))).toEqual(await values(plain));
    expect(await values(prefetch(plain, 4).from(4))).toEqual(await values(plain.from(4)));
  });

  test('an error comes in its turn, after the batches before it, and leaves nothing over', async () => {
    const before = memory().numTensors;
    let reads = 0;
    const failing: Dataset<Tensor> = {
      length: 12,
      read: (indices) => (++reads === 3 ? Promise.reject(new Error('third')) : numbers.read(indices)),
    };
    let seen = 0;
    const reading = (async () => {
      for await (const _ of prefetch(batches(failing, { size: 1 }), 5)) seen++;
    })();
    await expect(reading).rejects.toThrow('third');
    expect(seen).toBe(2);
    expect(memory().numTensors).toBe(before);
  });
});

describe('prefetch: errors', () => {
  test('count must be at least 1', () => {
    expect(() => prefetch(batches(numbers, { size: 1 }), 0)).toThrow(GenaiError);
  });
});
