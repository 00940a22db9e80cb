import { expectIntegers, fold, GenaiError, type Key, randomIntegers } from '@genai/core';
import type { Interval } from './figure.js';
import { percentiles } from './percentiles.js';

export interface BootstrapOptions {
  readonly key: Key;
  /** Resamples drawn. */
  readonly rounds?: number;
  /** How often the interval shall hold the true value. */
  readonly level?: number;
}

/**
 * A confidence interval of a statistic of `count` examples by the percentile bootstrap: the statistic of as many examples drawn with
 * replacement, again and again.
 *
 * `statistic` gets the rows drawn, indices of 0 … count − 1 with repetitions. Draw i comes from `fold(key, i)`, so that two systems
 * measured with one key see the same resamples: differences of theirs are paired.
 *
 * @example
 * const interval = bootstrap(losses.length, (rows) => mean(rows, losses), { key: key(0) });
 * @throws GenaiError unless `count` and `rounds` are positive integers and `level` lies between 0 and 1.
 * @source Efron 1979, "Bootstrap methods: another look at the jackknife"; Koehn 2004, "Statistical significance tests for machine
 * translation evaluation", section 3.
 */
export function bootstrap(
  count: number,
  statistic: (rows: Int32Array) => number,
  { key, rounds = 1_000, level = 0.95 }: BootstrapOptions,
): Interval {
  expectIntegers('bootstrap', { count, rounds });
  if (!(level > 0 && level < 1)) throw new GenaiError(`bootstrap: got level ${level}, expected one between 0 and 1.`);
  const values = Float64Array.from({ length: rounds }, (_, i) =>
    statistic(randomIntegers(fold(key, i), count, { min: 0, max: count })),
  );
  return percentiles(values, level);
}
