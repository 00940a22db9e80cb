import { key } from '@genai/core';
import { expect, test } from 'vitest';
import golden from '../../golden/features.json' with { type: 'json' };
import { hashedRows } from '../../golden/hashed-rows.js';
import { compareSamples } from './compare-samples.js';
import { maximumMeanDiscrepancy } from './maximum-mean-discrepancy.js';
import { gaussianKernel, polynomialKernel } from './pair-kernel.js';

const [a, b] = [hashedRows(1, 90, 6), hashedRows(2, 70, 6, 1.3, 0.2)];

test('goldens: NumPy with the kernels of scikit-learn', async () => {
  const metrics = {
    median: maximumMeanDiscrepancy(),
    biased: maximumMeanDiscrepancy({ unbiased: false }),
    bandwidths: maximumMeanDiscrepancy({ kernel: gaussianKernel([0.3, 1, 3]) }),
    polynomial: maximumMeanDiscrepancy({ kernel: polynomialKernel({ degree: 2, gamma: 0.5, coef0: 0.25 }) }),
  };
  const { figures } = await compareSamples({ samples: [a], reference: [b], metrics, key: key(0) });
  expect(figures.median.maximumMeanDiscrepancy.value).toBeCloseTo(golden.discrepancyMedian, 13);
  expect(figures.biased.maximumMeanDiscrepancy.value).toBeCloseTo(golden.discrepancyMedianBiased, 13);
  expect(figures.bandwidths.maximumMeanDiscrepancy.value).toBeCloseTo(golden.discrepancyBandwidths, 13);
  expect(figures.polynomial.maximumMeanDiscrepancy.value).toBeCloseTo(golden.discrepancyPolynomial, 13);
});

test('known answers: the p-value is uniform for one distribution, and the least there is for two', async () => {
  const metrics = { mmd: maximumMeanDiscrepancy({ test: { permutations: 39 } }) };
  const pValue = async (first: number, second: Float64Array[]) =>
    (await compareSamples({ samples: [hashedRows(first, 40, 2)], reference: [second], metrics, key: key(first) }))
      .figures.mmd.pValue.value;
  const same = await Promise.all(Array.from({ length: 60 }, (_, i) => pValue(20 + i, hashedRows(120 + i, 30, 2))));
  const mean = same.reduce((x, y) => x + y, 0) / same.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / same.length));
  expect(Math.min(...same)).toBeLessThan(0.15);
  expect(await pValue(1, hashedRows(2, 30, 2, 1, 0.4))).toBe(1 / 40);
});

test('laws: more rows than a tile give what one tile would, here of a kernel that knows its answer', async () => {
  // x · y on a line: (mean of a − mean of b)², biased.
  const [c, d] = [hashedRows(3, 700, 1), hashedRows(4, 600, 1, 1, 0.5)];
  const mean = (rows: Float64Array[]): number => rows.reduce((sum, [x]) => sum + x!, 0) / rows.length;
  const metrics = {
    mmd: maximumMeanDiscrepancy({ kernel: polynomialKernel({ degree: 1, gamma: 1, coef0: 0 }), unbiased: false }),
  };
  const { figures } = await compareSamples({ samples: [c], reference: [d], metrics, key: key(0) });
  expect(figures.mmd.maximumMeanDiscrepancy.value).toBeCloseTo((mean(c) - mean(d)) ** 2, 12);
});

test('errors: bandwidths, permutations, rows all alike', async () => {
  expect(() => gaussianKernel([1, 0])).toThrow('gaussianKernel: bandwidths must be above 0, got 0.');
  expect(() => maximumMeanDiscrepancy({ test: { permutations: 0 } })).toThrow(
    'maximumMeanDiscrepancy: permutations must be an integer of at least 1, got 0.',
  );
  const alike = [hashedRows(1, 9, 2, 0)];
  const metrics = { mmd: maximumMeanDiscrepancy() };
  await expect(compareSamples({ samples: alike, reference: alike, metrics, key: key(0) })).rejects.toThrow(
    'the median distance is 0. Pass bandwidths.',
  );
});
