import { key, randomNormal } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { describe, expect, test } from 'vitest';
import { symmetricEigen } from './symmetric-eigen.js';

describe('symmetricEigen', () => {
  test('known answers: the second difference matrix, eigenvalues 2 − 2 cos(kπ / (n + 1))', () => {
    const n = 40;
    const matrix = Array.from({ length: n * n }, (_, at) => {
      const distance = Math.abs(Math.floor(at / n) - (at % n));
      return distance === 0 ? 2 : distance === 1 ? -1 : 0;
    });
    const { values, vectors } = symmetricEigen(matrix, n);
    const wanted = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((n - k) * Math.PI) / (n + 1)));
    expectClose(values, wanted, { absolute: 1e-10, relative: 0 });
    // The first eigenvector alternates: sin(n (i + 1) π / (n + 1)).
    const sine = Array.from({ length: n }, (_, i) => Math.sin((n * (i + 1) * Math.PI) / (n + 1)));
    const cosine = vectors[0]!.reduce((sum, v, i) => sum + v * sine[i]!, 0) / Math.hypot(...sine);
    expect(Math.abs(cosine)).toBeCloseTo(1, 8);
  });

  test('laws: A v = λ v, vectors of length 1 and at right angles, also where eigenvalues are equal', () => {
    const n = 7;
    const factor = randomNormal(key(0), n * 3); // rank 3: four eigenvalues are 0
    const matrix = Array.from({ length: n * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return [0, 1, 2].reduce((sum, k) => sum + factor[i * 3 + k]! * factor[j * 3 + k]!, 0);
    });
    const { values, vectors } = symmetricEigen(matrix, n);
    for (const [k, v] of vectors.entries()) {
      const image = Array.from({ length: n }, (_, i) => v.reduce((sum, x, j) => sum + matrix[i * n + j]! * x, 0));
      expectClose(
        image,
        Array.from(v, (x) => x * values[k]!),
        { absolute: 1e-9 },
      );
      const products = vectors.map((other) => other.reduce((sum, x, i) => sum + x * v[i]!, 0));
      expectClose(
        products,
        products.map((_, other) => (other === k ? 1 : 0)),
        { absolute: 1e-9 },
      );
    }
    expect(values.slice(3).every((value) => Math.abs(value) < 1e-9)).toBe(true);
    expect(values).toEqual([...values].sort((a, b) => b - a));
  });

  test('known answers: a diagonal matrix and one number', () => {
    expect(symmetricEigen([3], 1)).toEqual({ values: [3], vectors: [Float64Array.of(1)] });
    expect(symmetricEigen([1, 0, 0, 5], 2).values).toEqual([5, 1]);
    expect(symmetricEigen([0, 0, 0, 0], 2).values).toEqual([0, 0]);
  });
});
