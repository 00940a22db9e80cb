import { expectIntegers } from '@genai/core';
import type { SampleMetric } from '../sample-metric.js';
import { discrepancies, pValueOf } from './discrepancies.js';
import type { PermutationTest } from './maximum-mean-discrepancy.js';
import { negativeDistance } from './pair-kernel.js';
import { reservoir } from './reservoir.js';
import { keptRows } from './statistics-arrays.js';

export interface EnergyDistanceOptions {
  /** Rows kept of either side at most; work goes by their square. Default 2,000. */
  readonly keep?: number;
  /** Adds `pValue`, of the test that both sides have one distribution. */
  readonly test?: PermutationTest | undefined;
}

/**
 * The energy distance √(2 E‖x − y‖ − E‖x − x′‖ − E‖y − y′‖), the means over all pairs as SciPy takes them: 0 only for equal sets; it has
 * no setting to choose.
 *
 * @example
 * const metrics = { energy: energyDistance({ test: { permutations: 199 } }) };
 * @source Székely and Rizzo 2013, "Energy statistics: a class of statistics based on distances", eq. 5 and 6.
 */
export function energyDistance(
  options: EnergyDistanceOptions & { readonly test: PermutationTest },
): SampleMetric<'energyDistance' | 'pValue'>;
export function energyDistance(
  options?: EnergyDistanceOptions & { readonly test?: undefined },
): SampleMetric<'energyDistance'>;
export function energyDistance({
  keep = 2_000,
  test,
}: EnergyDistanceOptions = {}): SampleMetric<'energyDistance' | 'pValue'> {
  const where = 'energyDistance';
  const permutations = test?.permutations ?? 0;
  expectIntegers(where, { permutations }, test ? 1 : 0);
  return {
    name: 'energy-distance',
    settings: { permutations, keep },
    gather: reservoir(where, keep),
    compare: async (samples, reference, key) => {
      const b = keptRows(`${where}, the reference`, reference);
      const a = keptRows(`${where}, the samples`, samples, 1, b.width);
      const values = await discrepancies(a, b, { kernel: negativeDistance, unbiased: false, permutations, key });
      const figure = { energyDistance: { value: Math.sqrt(Math.max(0, values[0]!)), better: 'lower' as const } };
      // Without a test there is none, as the type says.
      return { ...figure, ...(test && { pValue: { value: pValueOf(values) } }) } as typeof figure & {
        readonly pValue: { readonly value: number };
      };
    },
  };
}
