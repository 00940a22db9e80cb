import { key, randomNormal } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { describe, expect, test } from 'vitest';
import { leadingEigen } from './leading-eigen.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** F Fᵀ / rank for normal noise F (size, rank). */
function covariance(size: number, rank: number): number[] {
  const f = randomNormal(key(3), size * rank);
  return Array.from({ length: size * size }, (_, at) => {
    const [i, j] = [Math.floor(at / size), at % size];
    return Array.from({ length: rank }, (_, k) => f[i * rank + k]! * f[j * rank + k]!).reduce((a, b) => a + b) / rank;
  });
}

describe('leadingEigen', () => {
  test('known answers: the kernel min(i, j), eigenvalues 1 / (4 sin²((2k − 1) π / (4n + 2)))', () => {
    const n = 60;
    const matrix = Array.from({ length: n * n }, (_, at) => Math.min(Math.floor(at / n), at % n) + 1);
    const { values } = leadingEigen(matrix, n, 4);
    const wanted = [1, 2, 3, 4].map((k) => 0.25 / Math.sin(((2 * k - 1) * Math.PI) / (4 * n + 2)) ** 2);
    expectClose(values, wanted, { absolute: 1e-8, relative: 1e-9 });
  });

  test.each([
    [40, 60, 3],
    [40, 60, 40],
    [40, 5, 9], // of rank 5: four eigenvalues are 0
    [1, 2, 1],
  ])('parity: with all eigenvalues of a matrix of size %i, rank %i, the first %i', (size, rank, count) => {
    const matrix = covariance(size, rank);
    const { values, vectors } = leadingEigen(matrix, size, count);
    expect([values.length, vectors.length]).toEqual([count, count]);
    expectClose(values, symmetricEigen(matrix, size).values.slice(0, count), { absolute: 1e-7 });
    for (const [k, v] of vectors.entries()) {
      const image = Array.from({ length: size }, (_, i) => v.reduce((sum, x, j) => sum + matrix[i * size + j]! * x, 0));
      const wanted = Array.from(v, (x) => x * values[k]!);
      expectClose(image, wanted, { absolute: 1e-6 });
      const products = vectors.map((other) => other.reduce((sum, x, i) => sum + x * v[i]!, 0));
      const identity = products.map((_, other) => (other === k ? 1 : 0));
      expectClose(products, identity, { absolute: 1e-9 });
    }
  });

  test('known answers: nothing but zeros, and one number', () => {
    expect(leadingEigen(new Float32Array(400), 20, 2).values).toEqual([0, 0]);
    expect(leadingEigen([3], 1, 1).values).toEqual([3]);
  });
});
