import { disposeTree, fold, GenaiError, key, randomUniform, type Tree } from '@genai/core';
import { batchesLaws } from '@genai/testing/batches-laws';
import { add, memory, mul, reshape, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { batches } from './batches.js';
import { binarize } from './binarize.js';
import { concat } from './concat.js';
import type { Dataset } from './dataset.js';
import { fromArrays } from './from-arrays.js';
import { holdOut } from './hold-out.js';
import { map } from './map.js';
import { select, skip, take } from './select.js';

const range = (from: number, to: number): Uint32Array => Uint32Array.from({ length: to - from }, (_, i) => from + i);
const numbers = (from: number, to: number): Dataset<Tensor> => fromArrays(Int32Array.from(range(from, to)));

async function all(dataset: Dataset<Tensor>): Promise<number[]> {
  const x = await dataset.read(range(0, dataset.length));
  const values = Array.from(x.dataSync());
  x.dispose();
  return values;
}

describe('views: known answers', () => {
  test('take, skip and select', async () => {
    expect(await all(take(numbers(0, 5), 2))).toEqual([0, 1]);
    expect(await all(skip(numbers(0, 5), 2))).toEqual([2, 3, 4]);
    expect(await all(skip(take(numbers(0, 9), 5), 3))).toEqual([3, 4]);
    expect(await all(select(numbers(10, 20), Uint32Array.of(9, 0, 0)))).toEqual([19, 10, 10]);
    expect(take(numbers(0, 5), 0).length).toBe(0);
  });

  test('holdOut parts the examples, always alike for one key', async () => {
    const parts = holdOut(numbers(0, 50), { count: 10, key: key(4) });
    const [train, validation] = [await all(parts.train), await all(parts.validation)];
    expect([train.length, validation.length]).toEqual([40, 10]);
    expect(new Set([...train, ...validation]).size).toBe(50);
    expect(await all(holdOut(numbers(0, 50), { count: 10, key: key(4) }).validation)).toEqual(validation);
    expect(await all(holdOut(numbers(0, 50), { count: 10, key: key(5) }).validation)).not.toEqual(validation);
  });

  test('concat joins, also when a group has examples of several parts in any order', async () => {
    const joined = concat(numbers(0, 3), numbers(3, 3), numbers(10, 12), numbers(20, 24));
    expect(joined.length).toBe(9);
    expect(await all(joined)).toEqual([0, 1, 2, 10, 11, 20, 21, 22, 23]);
    const mixed = await joined.read(Uint32Array.of(8, 0, 4, 8, 3, 2, 5));
    expect(Array.from(mixed.dataSync())).toEqual([23, 0, 11, 23, 10, 2, 20]);
    mixed.dispose();
  });

  test('concat keeps trees', async () => {
    const part = (at: number) =>
      fromArrays({ x: { data: Float32Array.of(at, at), shape: [1, 2] }, y: Int32Array.of(at) });
    const batch = await concat(part(1), part(2)).read(Uint32Array.of(1, 0));
    expect(Array.from(batch.x.dataSync())).toEqual([2, 2, 1, 1]);
    expect(Array.from(batch.y.dataSync())).toEqual([2, 1]);
    disposeTree(batch);
  });
});

describe('map: ownership', () => {
  const source = (): Dataset<{ x: Tensor; y: Tensor }> => fromArrays({ x: new Float32Array(4), y: new Int32Array(4) });

  test('what is not returned is freed, what is returned is kept, in groups and batches', async () => {
    const before = memory().numTensors;
    const y = await map(source(), (group) => group.y).read(Uint32Array.of(0, 1));
    expect(memory().numTensors - before).toBe(1);
    y.dispose();
    const kept = map(batches(source(), { size: 2 }), ({ x, y }) => ({ x, twice: mul(x, 2), y: reshape(y, [2, 1]) }));
    for await (const batch of kept) {
      expect(memory().numTensors - before).toBe(3);
      expect(batch.y.shape).toEqual([2, 1]);
      break;
    }
    expect(memory().numTensors).toBe(before);
  });

  test('f that throws, or returns a promise or no tensors, leaves nothing over', async () => {
    const before = memory().numTensors;
    const read = (f: (b: { x: Tensor; y: Tensor }) => unknown): Promise<unknown> =>
      (async () => map(source(), f as (b: { x: Tensor; y: Tensor }) => Tensor).read(Uint32Array.of(0)))();
    const fail = (): never => {
      throw new Error('from f');
    };
    await expect(read((b) => [add(b.x, 1), fail()])).rejects.toThrow('from f');
    await expect(read(async (b) => b.x)).rejects.toThrow(/promise/);
    await expect(read((b) => ({ x: b.x, n: 3 }))).rejects.toThrow(GenaiError);
    expect(memory().numTensors).toBe(before);
  });

  test('an f that fails on a later batch ends the iteration and leaves nothing over', async () => {
    const before = memory().numTensors;
    const failing = map(batches(source(), { size: 1 }), (b, number) => {
      if (number === 2) throw new Error(`batch ${number}`);
      return b;
    });
    let seen = 0;
    const reading = (async () => {
      for await (const _ of failing) seen++;
    })();
    await expect(reading).rejects.toThrow('batch 2');
    expect(seen).toBe(2);
    expect(memory().numTensors).toBe(before);
  });

  test('batches not made here are copied, so both sides keep their own', async () => {
    const before = memory().numTensors;
    const foreign = {
      from: (cursor: number) => handmade(cursor),
      [Symbol.asyncIterator]: () => handmade(0),
    };
    async function* handmade(cursor: number): AsyncGenerator<Tensor> {
      for (let i = cursor; i < 4; i++) {
        const x = tensor1d([i]);
        yield x;
        expect(x.isDisposed, 'the loader still owns its batch').toBe(false);
        x.dispose();
      }
    }
    const seen: number[] = [];
    for await (const x of map(foreign, (b) => mul(b, 10)).from(1)) seen.push(x.dataSync()[0]!);
    expect(seen).toEqual([10, 20, 30]);
    expect(memory().numTensors).toBe(before);
  });
});

batchesLaws('mapped', (k) => map(batches(numbers(0, 12), { size: 4, key: k }), (x, number) => mul(x, number + 1)));
batchesLaws(
  'mapped, dataset first',
  (k) =>
    batches(
      map(numbers(0, 12), (x) => mul(x, 2)),
      { size: 4, key: k },
    ),
  {
    epoch: { batches: 3, examples: 12, ids: (x) => x.dataSync() },
  },
);
batchesLaws('binarised', (k) => binarize(batches(intensities(), { size: 4, key: k }), { key: k }));

function intensities(): Dataset<{ images: Tensor; labels: Tensor }> {
  return fromArrays({
    images: { data: Uint8Array.from({ length: 8 * 100 }, (_, i) => (i % 100) * 2.55), shape: [8, 100] },
    labels: Int32Array.from({ length: 8 }, (_, i) => i),
  });
}

describe('binarize: known answers', () => {
  test('0 stays 0, 1 becomes 1, and the mean is the intensity, within four standard errors', async () => {
    const grey = fromArrays({
      data: new Uint8Array(3 * 20_000).fill(0).fill(51, 20_000).fill(255, 40_000),
      shape: [3, 20_000],
    });
    const x = await binarize(grey, { key: key(0) }).read(Uint32Array.of(0, 1, 2));
    const values = Float32Array.from(x.dataSync());
    const mean = (row: number): number =>
      values.slice(row * 20_000, (row + 1) * 20_000).reduce((a, b) => a + b) / 20_000;
    expect(values.every((v) => v === 0 || v === 1)).toBe(true);
    expect([mean(0), mean(2)]).toEqual([0, 1]);
    expect(Math.abs(mean(1) - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / 20_000));
    x.dispose();
  });

  test('labels stay as they are', async () => {
    const batch = await binarize(intensities(), { key: key(0) }).read(Uint32Array.of(3, 1));
    expect([batch.labels.dtype, ...batch.labels.dataSync()]).toEqual(['int32', 3, 1]);
    disposeTree(batch);
  });

  test('static: an example has one noise, whatever stands beside it', async () => {
    const fixed = binarize(intensities(), { key: key(7) });
    const alone = await fixed.read(Uint32Array.of(5));
    const among = await fixed.read(Uint32Array.of(2, 5, 5));
    const row = Array.from(among.images.dataSync());
    expect(row.slice(100, 200)).toEqual(Array.from(alone.images.dataSync()));
    expect(row.slice(200)).toEqual(row.slice(100, 200));
    // The first leaf's noise for example 5, from its definition.
    const noise = randomUniform(fold(fold(key(7), 0), 5), 100);
    expect(row.slice(100, 200)).toEqual(
      Array.from(noise, (u, i) => Number(u < Math.fround(Math.floor(i * 2.55) / 255))),
    );
    disposeTree([alone, among] as Tree<Tensor>);
  });

  test('dynamic: every batch draws anew, and again the same from a cursor', async () => {
    const dynamic = binarize(batches(take(intensities(), 1), { size: 1 }), { key: key(7) });
    const seen: string[] = [];
    for await (const { images } of dynamic) if (seen.push(images.dataSync().join('')) === 6) break;
    expect(new Set(seen).size).toBe(6);
    for await (const { images } of dynamic.from(5)) {
      expect(images.dataSync().join('')).toBe(seen[5]);
      break;
    }
  });
});

describe('views: errors', () => {
  test('counts and indices out of range', async () => {
    const data = numbers(0, 5);
    expect(() => take(data, 6)).toThrow(/asked for 6 examples of 5/);
    expect(() => skip(data, -1)).toThrow(GenaiError);
    expect(() => holdOut(data, { count: 6, key: key(0) })).toThrow(GenaiError);
    expect(() => select(data, Uint32Array.of(5))).toThrow(/no example 5/);
    expect(() => take(data, 2).read(Uint32Array.of(2))).toThrow(/take: there is no example 2/);
    expect(() => concat()).toThrow(GenaiError);
    expect(() => concat(data).read(Uint32Array.of(5))).toThrow(GenaiError);
  });

  test('concat of unlike parts, and of one that fails, leaves nothing over', async () => {
    const before = memory().numTensors;
    const named = (name: string): Dataset<{ [name: string]: Tensor }> => fromArrays({ [name]: new Float32Array(1) });
    await expect(concat(named('x'), named('y')).read(Uint32Array.of(0, 1))).rejects.toThrow(/no leaf at "x"/);
    const broken: Dataset<Tensor> = { length: 1, read: () => Promise.reject(new Error('gone')) };
    await expect(concat(numbers(0, 1), broken).read(Uint32Array.of(0, 1))).rejects.toThrow('gone');
    expect(memory().numTensors).toBe(before);
  });
});
