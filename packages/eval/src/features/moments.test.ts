import { key, randomNormal } from '@genai/core';
import { owned } from '@genai/tensor';
import {
  memory,
  registerKernel,
  type Tensor,
  type TensorInfo,
  tensor2d,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { frechetDistance, momentsOf } from '../frechet-distance.js';
import { type Moments, MomentsSum } from './moments.js';

const width = 70; // wide enough for an engine's kernel
const values = Float32Array.from(randomNormal(key(1), 5000 * width), (value, i) => 3 + value * (1 + (i % width) / 9));
const rows = (from: number, end: number): Float32Array[] =>
  Array.from({ length: end - from }, (_, i) => values.subarray((from + i) * width, (from + i + 1) * width));
const tensorOf = (from: number, end: number): Tensor =>
  tensor2d(values.slice(from * width, end * width), [end - from, width]);

const expectClose = (got: Moments, want: Moments): void => {
  for (const name of ['mean', 'covariance'] as const) {
    for (const [i, value] of want[name].entries()) expect(Math.abs(got[name][i]! - value)).toBeLessThan(1e-11);
  }
};

test('laws: rows of single and of double precision have the same moments', async () => {
  const doubles = rows(0, 600).map((row) => Float64Array.from(row));
  expect(await momentsOf(rows(0, 600))).toEqual(await momentsOf(doubles));
});

describe('where the engine has a kernel', () => {
  let calls = 0;
  let host: Moments;

  beforeAll(async () => {
    host = await momentsOf(rows(0, 5000));
    registerKernel({
      kernelName: 'GenaiScatter',
      backendName: 'cpu',
      kernelFunc: ({ inputs, attrs, backend }) => {
        calls++;
        const { x } = inputs as { x: TensorInfo };
        const { from, rows } = attrs as unknown as { from: number; rows: number };
        const cpu = backend as {
          readSync(id: object): Float32Array;
          write(values: Int32Array, shape: number[], dtype: 'int32'): object;
        };
        const read = cpu.readSync(x.dataId).subarray(from * width, (from + rows) * width);
        const shape = [1 + width, width, 2];
        return { dataId: cpu.write(bitsOf(read, rows), shape, 'int32'), shape, dtype: 'int32' };
      },
    });
  });
  afterAll(() => unregisterKernel('GenaiScatter', 'cpu'));

  test('laws: it is used, and gives what the host gives', async () => {
    calls = 0;
    using x = owned({ x: tensorOf(0, 5000) });
    const ofTensor = await momentsOf(x.x);
    expect(calls).toBe(2);
    expectClose(ofTensor, host);
    expect(await momentsOf(rows(0, 5000))).toEqual(ofTensor);
    expect(calls).toBe(4);
    expect(await frechetDistance(x.x, host)).toBeLessThan(1e-10);
  });

  test('laws: batches change no bit, of tensors and of rows', async () => {
    const whole = await momentsOf(rows(0, 5000));
    for (const ends of [
      [1, 4097, 5000],
      [4096, 4100, 5000],
      [300, 5000],
    ]) {
      const sum = new MomentsSum('moments');
      for (const [i, end] of ends.entries()) {
        using x = owned({ x: tensorOf(ends[i - 1] ?? 0, end) });
        await sum.add(i === 1 ? rows(ends[i - 1]!, end) : x.x);
        if (end > 1) sum.result(); // may be asked for at any time
      }
      expect(sum.result()).toEqual(whole);
      expect(sum.count).toBe(5000);
    }
  });

  test('laws: rows of double precision behind ones of single keep their digits', async () => {
    const sum = new MomentsSum('moments');
    await sum.add(rows(0, 10));
    const fine = Array.from({ length: 10 }, () => new Float64Array(width).fill(1 + 1e-12));
    await sum.add(fine);
    const sure = await momentsOf([...rows(0, 10).map((row) => Float64Array.from(row)), ...fine]);
    expect(sum.result()).toEqual(sure);
  });

  test('errors: the row of a tensor that holds what is no number is named, and nothing is left', async () => {
    const { numTensors } = memory();
    for (const at of [17, 4500]) {
      const bad = values.slice();
      bad[at * width + 3] = Number.NaN;
      const x = tensor2d(bad, [5000, width]);
      await expect(momentsOf(x)).rejects.toThrow(`momentsOf: row ${at} holds NaN, expected finite numbers.`);
      x.dispose();
    }
    expect(memory().numTensors).toBe(numTensors);
  });
});

/** What the kernel gives: the bits of the mean and of the scatter. */
function bitsOf(read: Float32Array, rows: number): Int32Array {
  const numbers = new Float64Array((1 + width) * width);
  for (let i = 0; i < read.length; i++) numbers[i % width]! += read[i]! / rows;
  for (let row = 0; row < rows; row++) {
    const x = Float64Array.from(read.subarray(row * width, (row + 1) * width), (value, j) => value - numbers[j]!);
    for (let j = 0; j < width; j++) for (let k = 0; k < width; k++) numbers[(1 + j) * width + k]! += x[j]! * x[k]!;
  }
  return new Int32Array(numbers.buffer);
}
