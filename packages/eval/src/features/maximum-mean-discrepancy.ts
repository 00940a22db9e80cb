import { expectIntegers } from '@genai/core';
import type { SampleMetric } from '../sample-metric.js';
import { discrepancies, pValueOf } from './discrepancies.js';
import { gaussianKernel, type SampleKernel } from './pair-kernel.js';
import { reservoir } from './reservoir.js';
import { keptRows } from './statistics-arrays.js';

/** How a test by random divisions of all rows into two sides is made. */
export interface PermutationTest {
  /** Divisions drawn: the p-value is a multiple of 1 / (permutations + 1). */
  readonly permutations: number;
}

export interface MaximumMeanDiscrepancyOptions {
  /** `gaussianKernel()`, the default, or `polynomialKernel()`. */
  readonly kernel?: SampleKernel;
  /** Leaves out pairs of a row with itself, so that equal distributions give 0 on average. Default true. */
  readonly unbiased?: boolean;
  /** Rows kept of either side at most; work goes by their square. Default 2,000. */
  readonly keep?: number;
  /** Adds `pValue`, of the test that both sides have one distribution. */
  readonly test?: PermutationTest | undefined;
}

/**
 * The squared maximum mean discrepancy under a kernel: E k(x, x′) + E k(y, y′) − 2 E k(x, y).
 *
 * @example
 * const mmd = maximumMeanDiscrepancy({ test: { permutations: 199 } });
 * const { figures } = await compareSamples({ samples, reference, metrics: { mmd }, key: key(0) });
 * figures.mmd.pValue.value; // below 0.05: they differ
 * @throws GenaiError unless either side has two rows.
 * @source Gretton et al. 2012, "A kernel two-sample test", eq. 3 and 5.
 */
export function maximumMeanDiscrepancy(
  options: MaximumMeanDiscrepancyOptions & { readonly test: PermutationTest },
): SampleMetric<'maximumMeanDiscrepancy' | 'pValue'>;
export function maximumMeanDiscrepancy(
  options?: MaximumMeanDiscrepancyOptions & { readonly test?: undefined },
): SampleMetric<'maximumMeanDiscrepancy'>;
export function maximumMeanDiscrepancy({
  kernel = gaussianKernel(),
  unbiased = true,
  keep = 2_000,
  test,
}: MaximumMeanDiscrepancyOptions = {}): SampleMetric<'maximumMeanDiscrepancy' | 'pValue'> {
  const where = 'maximumMeanDiscrepancy';
  const permutations = test?.permutations ?? 0;
  expectIntegers(where, { permutations }, test ? 1 : 0);
  return {
    name: 'maximum-mean-discrepancy',
    settings: { ...kernel.settings, unbiased, permutations, keep },
    gather: reservoir(where, keep),
    compare: async (samples, reference, key) => {
      const b = keptRows(`${where}, the reference`, reference, 2);
      const a = keptRows(`${where}, the samples`, samples, 2, b.width);
      const values = await discrepancies(a, b, { kernel, unbiased, permutations, key });
      const figure = { maximumMeanDiscrepancy: { value: values[0]!, better: 'lower' as const } };
      // Without a test there is none, as the type says.
      return { ...figure, ...(test && { pValue: { value: pValueOf(values) } }) } as typeof figure & {
        readonly pValue: { readonly value: number };
      };
    },
  };
}
