import { disposeTree, GenaiError } from '@genai/core';
import { memory, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Columns } from './column.js';
import { fromArrays } from './from-arrays.js';

describe('fromArrays: known answers', () => {
  test('bytes with a shape become [0, 1], bare integers int32, floats float32', async () => {
    const data = fromArrays({
      images: { data: Uint8Array.of(0, 51, 255, 102), shape: [2, 1, 2, 1] },
      labels: Uint8Array.of(7, 255),
      raw: { data: Uint8Array.of(200, 100), shape: [2], as: 'float32' },
      nested: { wide: Float64Array.of(0.5, -0.25), narrow: Int16Array.of(-3, 4) },
    });
    expect(data.length).toBe(2);
    const batch = await data.read(Uint32Array.of(1, 0, 1));
    expect(batch.images.shape).toEqual([3, 1, 2, 1]);
    expect(Array.from(batch.images.dataSync())).toEqual([1, 0.4, 0, 0.2, 1, 0.4].map(Math.fround));
    expect([batch.labels.dtype, ...batch.labels.dataSync()]).toEqual(['int32', 255, 7, 255]);
    expect([batch.raw.dtype, ...batch.raw.dataSync()]).toEqual(['float32', 100, 200, 100]);
    expect([batch.nested.wide.dtype, ...batch.nested.wide.dataSync()]).toEqual(['float32', -0.25, 0.5, -0.25]);
    expect([batch.nested.narrow.dtype, ...batch.nested.narrow.dataSync()]).toEqual(['int32', 4, -3, 4]);
    disposeTree(batch);
  });

  test('one column alone gives one tensor', async () => {
    const x: Tensor = await fromArrays({ data: new Float32Array(6), shape: [3, 2] }).read(Uint32Array.of(2));
    expect(x.shape).toEqual([1, 2]);
    x.dispose();
  });

  test('every byte v becomes the float32 nearest to v / 255', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const x = await fromArrays({ data: bytes, shape: [1, 256] }).read(Uint32Array.of(0));
    expect(Array.from(x.dataSync())).toEqual(Array.from(bytes, (v) => Math.fround(v / 255)));
    x.dispose();
  });
});

describe('fromArrays: errors', () => {
  test('name the column and what is wrong with it', () => {
    const cases: [columns: unknown, message: RegExp][] = [
      [{ x: { data: new Float32Array(5), shape: [2, 3] } }, /"x" has 5 numbers, its shape \[2, 3\] asks for 6/],
      [{ x: new Float32Array(2), y: new Int32Array(3) }, /"y" has 3 examples, "x" has 2/],
      [{ x: { data: new Float32Array(1), shape: [] } }, /first dimension/],
      [{ x: { data: new Float32Array(1), shape: [1], as: 'unit' } }, /expected bytes/],
      [{ x: { data: new Float32Array(1), shape: [1], as: 'int32' } }, /cut off/],
      [{ x: [1, 2, 3] }, /"x" is a plain array/],
      [{ x: 3 }, /"x" is a number/],
      [{ x: null }, /"x" is null/],
      [{ x: BigInt64Array.of(1n) }, /BigInt64Array/],
      [{ x: { data: new Float32Array(4), shape: [-2, -2] } }, /asks for 4/],
      [{}, /no columns/],
    ];
    for (const [columns, message] of cases) {
      expect(() => fromArrays(columns as Columns)).toThrow(message);
      expect(() => fromArrays(columns as Columns)).toThrow(GenaiError);
    }
  });

  test('an index that names no example', () => {
    const before = memory().numTensors;
    const data = fromArrays({ a: new Float32Array(3), b: new Float32Array(3) });
    expect(() => data.read(Uint32Array.of(0, 3))).toThrow(/no example 3; the last of 3 is 2/);
    expect(memory().numTensors).toBe(before);
  });
});
