// Mean and scatter of rows in double precision, as this engine's kernel hands them over: the bits of doubles.
import { key, randomNormal } from '@genai/core';
import { dispose, engine, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSimd, stopSimd } from './with-simd.js';

const scatterOf = (x: Tensor, from: number, rows: number): Float64Array => {
  const made = engine().runKernel('GenaiScatter', { x }, { from, rows }) as Tensor;
  expect(made.shape).toEqual([1 + x.shape[1]!, x.shape[1], 2]);
  const words = made.dataSync<'int32'>();
  dispose(made);
  return new Float64Array(words.buffer, words.byteOffset, words.length / 2);
};

describe.each([1, 2])('on %i threads', (threads) => {
  beforeAll(async () => void (await startSimd({ threads })));
  afterAll(stopSimd);

  test.each([
    [1, 3, 0, 1],
    [7, 1, 2, 5],
    [300, 70, 0, 300],
    [1030, 33, 5, 1025],
    [40, 130, 40 - 9, 9],
  ])('known answers: of %i rows of %i numbers, those from %i on, %i of them', (count, width, from, rows) => {
    const values = Float32Array.from(
      randomNormal(key(5), count * width),
      (value, i) => 1000 * ((i % width) % 3) + value,
    );
    const x = tensor2d(values, [count, width]);
    const got = scatterOf(x, from, rows);
    dispose(x);
    const at = (i: number, j: number): number => values[(from + i) * width + j]!;
    const mean = Array.from({ length: width }, (_, j) => {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += at(i, j);
      return sum / rows;
    });
    for (let j = 0; j < width; j++) {
      expect(Math.abs(got[j]! - mean[j]!)).toBeLessThan(1e-11);
      for (let k = 0; k < width; k++) {
        let want = 0;
        for (let i = 0; i < rows; i++) want += (at(i, j) - mean[j]!) * (at(i, k) - mean[k]!);
        if (!(Math.abs(got[(1 + j) * width + k]! - want) < 1e-10 * rows)) expect.fail(`row ${j}, column ${k}`);
      }
    }
  });
});
