import { key } from '@genai/core';
import { matMul, reshape, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  constant,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  embedding,
  type Fans,
  fansOf,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  ones,
  orthogonal,
  truncatedNormal,
  zeros,
} from '../index.js';

const shape = [200, 300];
const count = 200 * 300;

describe.each<[string, Initializer, number, { kurtosis: number; limit: number }]>([
  ['heNormal', heNormal, Math.sqrt(2 / 200), { kurtosis: 3, limit: Number.POSITIVE_INFINITY }],
  ['heUniform', heUniform, Math.sqrt(2 / 200), { kurtosis: 1.8, limit: Math.sqrt(6 / 200) }],
  ['glorotNormal', glorotNormal, Math.sqrt(2 / 500), { kurtosis: 3, limit: Number.POSITIVE_INFINITY }],
  ['glorotUniform', glorotUniform, Math.sqrt(2 / 500), { kurtosis: 1.8, limit: Math.sqrt(6 / 500) }],
  // The fourth moment of N(0, 1) given |x| < 2 is 1.4161, its variance 0.77374.
  ['truncatedNormal(0.5)', truncatedNormal(0.5), 0.5, { kurtosis: 1.4161 / 0.77374 ** 2, limit: 1 / 0.8796 }],
])('%s', (_name, initializer, deviation, { kurtosis, limit }) => {
  test('mean, variance and fourth moment within 4 standard errors, nothing beyond the limit', () => {
    const x = valuesOf(initializer(key(1), shape)).map((value) => value / deviation);
    const moment = (power: number): number => x.reduce((total, value) => total + value ** power, 0) / count;
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(count));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt((kurtosis - 1) / count));
    expect(Math.abs(moment(4) - kurtosis)).toBeLessThan(4 * Math.sqrt((moment(8) - kurtosis ** 2) / count));
    expect(Math.max(...x.map(Math.abs)) * deviation).toBeLessThanOrEqual(limit);
  });

  test('the same key gives the same numbers, another key others', () => {
    const first = valuesOf(initializer(key(1), [3, 4]));
    expect(valuesOf(initializer(key(1), [3, 4]))).toEqual(first);
    expect(valuesOf(initializer(key(2), [3, 4]))).not.toEqual(first);
  });
});

test('known answers: zeros, ones, constant', () => {
  expect(valuesOf(zeros(key(0), [2, 2]))).toEqual(new Float32Array(4));
  expect(valuesOf(ones(key(0), [3]))).toEqual(new Float32Array(3).fill(1));
  expect(valuesOf(constant(2.5)(key(0), [2]))).toEqual(new Float32Array(2).fill(2.5));
});

describe('orthogonal', () => {
  test.each([[[6, 6]], [[9, 4]], [[4, 9]], [[1, 5]], [[5, 1]], [[3, 3, 2, 7]], [[2, 2, 3, 40]], [[128, 128]]])(
    'shape %j: the shorter side is orthonormal to 1e-5',
    (size) => {
      const columns = size.at(-1)!;
      const rows = size.slice(0, -1).reduce((product, n) => product * n, 1);
      const weight = orthogonal(3)(key(1), size);
      expect(weight.shape).toEqual(size);
      const matrix: Tensor2D = reshape(weight, [rows, columns]);
      const gram = columns <= rows ? matMul(matrix, matrix, true) : matMul(matrix, matrix, false, true);
      const n = gram.shape[0]!;
      const worst = Math.max(...gram.dataSync().map((value, i) => Math.abs(value / 9 - (i % (n + 1) === 0 ? 1 : 0))));
      expect(worst).toBeLessThan(1e-5);
      for (const t of [weight, matrix, gram]) t.dispose();
    },
  );

  test('statistics: uniform over all orthogonal matrices, so every element has mean 0 and variance 1 / n', () => {
    const n = 4;
    const draws = 500;
    const sums = new Float64Array(n * n);
    const squares = new Float64Array(n * n);
    for (let draw = 0; draw < draws; draw++) {
      const values = valuesOf(orthogonal()(key(draw), [n, n]));
      for (const [i, value] of values.entries()) {
        sums[i]! += value;
        squares[i]! += value * value;
      }
    }
    for (let i = 0; i < n * n; i++) {
      expect(Math.abs(sums[i]! / draws)).toBeLessThan(4 * Math.sqrt(1 / n / draws));
      // E q⁴ = 3 / (n (n + 2)) on the sphere.
      const deviation = Math.sqrt(3 / (n * (n + 2)) - 1 / n ** 2);
      expect(Math.abs(squares[i]! / draws - 1 / n)).toBeLessThan((4 * deviation) / Math.sqrt(draws));
    }
  });
});

describe('fans', () => {
  test('known answers: of a weight, a filter, a vector', () => {
    expect(fansOf([784, 256])).toEqual({ inputs: 784, outputs: 256 });
    expect(fansOf([3, 5, 16, 32])).toEqual({ inputs: 240, outputs: 480 });
    expect(fansOf([7])).toEqual({ inputs: 7, outputs: 7 });
  });

  test('known answers: convolutions pass the connections of their outputs and inputs', () => {
    const seen: (Fans | undefined)[] = [];
    const initializer: Initializer = (k, size, fans) => {
      seen.push(fans);
      return zeros(k, size);
    };
    const options = { kernel: 4, strides: 2, bias: false, initializer };
    for (const layer of [conv2d(8, 16, options), conv2dTranspose(8, 16, options), depthwiseConv2d(8, options)]) {
      layer.init(key(0)).weight.dispose();
    }
    expect(seen).toEqual([
      { inputs: 16 * 8, outputs: 4 * 16 },
      { inputs: 4 * 8, outputs: 16 * 16 },
      { inputs: 16, outputs: 4 },
    ]);
  });
});

test('statistics: rows of a fresh embedding have length about 1', () => {
  const { table } = embedding(100, 64).init(key(0));
  const values = valuesOf(table);
  const meanSquare = values.reduce((total, value) => total + value * value, 0) / 100;
  expect(Math.abs(meanSquare - 1)).toBeLessThan(4 * Math.sqrt(1.4 / 6400));
});

test('errors: settings out of range, and shapes that cannot be orthogonal', () => {
  expect(() => truncatedNormal(-1)).toThrow('truncatedNormal: deviation must be a number of at least 0, got -1.');
  expect(() => orthogonal(Number.NaN)).toThrow('orthogonal: gain must be finite');
  expect(() => orthogonal()(key(0), [3])).toThrow('orthogonal: got shape [3], expected at least two dimensions.');
});

function valuesOf(x: Tensor): Float32Array {
  const values = x.dataSync() as Float32Array;
  x.dispose();
  return values;
}
