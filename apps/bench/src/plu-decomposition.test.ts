import { key, randomNormal } from '@genai/core';
import { expect, test } from 'vitest';
import { pluDecomposition } from './plu-decomposition.js';

test('P · L · U is the matrix', () => {
  const size = 7;
  const matrix = randomNormal(key(0), size * size);
  const { permutation, lower, upper } = pluDecomposition(matrix, size);
  const product = times(permutation, times(lower, upper));
  for (const [i, value] of matrix.entries()) expect(product[i]).toBeCloseTo(value, 5);
  for (let i = 0; i < size; i++) {
    expect(lower[i * size + i]).toBe(1);
    for (let j = i + 1; j < size; j++) {
      expect(lower[i * size + j]).toBe(0);
      expect(upper[j * size + i]).toBe(0);
      expect(Math.abs(lower[j * size + i]!)).toBeLessThanOrEqual(1); // the largest pivot was taken
    }
  }
  function times(a: Float32Array, b: Float32Array): Float32Array {
    return a.map((_, at) => {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += a[Math.floor(at / size) * size + k]! * b[k * size + (at % size)]!;
      return sum;
    });
  }
});
