import { key, randomNormal } from '@genai/core';
import { owned } from '@genai/tensor';
import { tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { frechetDistance, momentsOf } from './index.js';

/** Numbers that a script in another language can make too. */
const features = (count: number, width: number, s: number): number[][] =>
  Array.from({ length: count }, (_, i) =>
    Array.from({ length: width }, (_, j) => {
      const wave = Math.sin(1 + s * (i + 1) * (j + 2) * 0.7390851);
      return s * wave * (1 + j / width) + 0.1 * s * Math.cos(i + j);
    }),
  );

const expectRelative = (got: number, want: number, tolerance: number): void =>
  expect(Math.abs(got / want - 1)).toBeLessThan(tolerance);

// import numpy as np; from scipy.linalg import sqrtm                                        scipy 1.17.1, numpy 2.4.6
// i, j = np.arange(n)[:, None], np.arange(d)[None]
// features = s * np.sin(1 + s * (i + 1) * (j + 2) * 0.7390851) * (1 + j / d) + 0.1 * s * np.cos(i + j)
// mean = ((a.mean(0) - b.mean(0)) ** 2).sum()
// c1, c2 = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
// mean + np.trace(c1 + c2) - 2 * np.trace(sqrtm(c1 @ c2)).real                              the first two
// x, y = ((z - z.mean(0)) / np.sqrt(len(z) - 1) for z in (a, b))
// mean + np.trace(c1 + c2) - 2 * np.linalg.svd(x @ y.T, compute_uv=False).sum()             the last, of rank 19 and 11
test.each([
  [200, 150, 6, 2, 6.307936623313992],
  [300, 260, 32, 3, 159.35215310941612],
  [20, 12, 32, 3, 191.92135084946847],
])('goldens: scipy for %i and %i rows of %i numbers', async (first, second, width, s, want) => {
  const [a, b] = [features(first, width, 1), features(second, width, s)];
  expectRelative(await frechetDistance(a, b), want, 1e-8);
  expectRelative(await frechetDistance(b, a), want, 1e-8);
});

describe('known answers', () => {
  test.each([
    [50, 5],
    [4, 20], // fewer rows than features: singular
  ])('%i rows of %i numbers, moved and stretched: ‖m‖² + (1 − c)² Tr Σ', async (count, width) => {
    const a = features(count, width, 1);
    const b = a.map((row) => row.map((value, j) => 3 * value + j));
    const { mean, covariance } = await momentsOf(a);
    const moved = mean.reduce((total, value, j) => total + (2 * value + j) ** 2, 0);
    const trace = mean.reduce((total, _, j) => total + covariance[j * width + j]!, 0);
    expectRelative(await frechetDistance(a, b), moved + 4 * trace, 1e-10);
  });

  test('of a set with itself, and with one point many times', async () => {
    const a = features(30, 8, 1);
    expect(await frechetDistance(a, a)).toBeLessThan(1e-12);
    const { mean, covariance } = await momentsOf(a);
    const same = Array.from({ length: 5 }, () => mean);
    const trace = mean.reduce((total, _, j) => total + covariance[j * 8 + j]!, 0);
    expectRelative(await frechetDistance(a, same), trace, 1e-10);
    expectRelative(await frechetDistance(same, a), trace, 1e-10);
  });

  test('moments: divided by count − 1, as numpy.cov', async () => {
    const { mean, covariance } = await momentsOf([
      [1, 10],
      [2, 30],
      [6, 20],
    ]);
    expect([...mean]).toEqual([3, 20]);
    expect([...covariance]).toEqual([7, 5, 5, 100]);
  });

  test('draws of N(0, 1) and N(1, 4) are 1 + 1 apart in each dimension, within sampling', async () => {
    const values = randomNormal(key(3), 2 * 4000 * 3);
    using a = owned(tensor2d(values.subarray(0, 12_000), [4000, 3]));
    using b = owned(
      tensor2d(
        values.subarray(12_000).map((value) => 1 + 2 * value),
        [4000, 3],
      ),
    );
    const reference = await momentsOf(a);
    const distance = await frechetDistance(reference, b);
    expect(distance).toBe(await frechetDistance(a, b));
    expect(Math.abs(distance - 6)).toBeLessThan(0.5); // standard error about √(3 · (4 · 5 / 4000 + 4 · 4 / 8000)) = 0.14
  });
});

test('errors: shapes, too few rows, numbers that are none', async () => {
  using image = owned(tensor3d([1, 2, 3, 4], [1, 2, 2]));
  await expect(frechetDistance(image, image)).rejects.toThrow(
    'frechetDistance: got shape [1, 2, 2], expected [count, width]. Use reshape(x, [count, -1]).',
  );
  await expect(frechetDistance([[1, 2]], [[1, 2]])).rejects.toThrow(
    'frechetDistance: got 1 rows of 2 numbers, expected at least 2 of at least one.',
  );
  const two = [
    [1, 2],
    [3, 5],
  ];
  await expect(frechetDistance(two, [[1], [2]])).rejects.toThrow(
    'frechetDistance: got features of widths 2 and 1, expected one width.',
  );
  await expect(momentsOf([[1, 2], [3]])).rejects.toThrow('momentsOf: row 1 has 1 numbers, the first has 2.');
  await expect(momentsOf([...two, [Number.NaN, 1]])).rejects.toThrow(
    'momentsOf: row 2 holds NaN, expected finite numbers.',
  );
});
