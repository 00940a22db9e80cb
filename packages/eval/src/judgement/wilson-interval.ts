import { GenaiError } from '@genai/core';
import type { Interval } from '../figure.js';
import { normalQuantile } from './normal-quantile.js';

/**
 * Wilson's score interval of a share: `successes` of `count` trials. A tie may count as half a success.
 *
 * It stays within 0 and 1 and holds the true share about as often as it says for few trials and extreme shares too.
 *
 * @example
 * wilsonInterval(9, 10); // { low: 0.596, high: 0.982, level: 0.95 }
 * @throws GenaiError unless 0 ≤ `successes` ≤ `count`, `count` > 0 and 0 < `level` < 1.
 * @source Wilson 1927, "Probable inference, the law of succession, and statistical inference".
 */
export function wilsonInterval(successes: number, count: number, level = 0.95): Interval {
  if (!(count > 0 && successes >= 0 && successes <= count && Number.isFinite(count))) {
    throw new GenaiError(
      `wilsonInterval: got ${successes} of ${count}, expected at least one trial and no more successes.`,
    );
  }
  expectLevel('wilsonInterval', level);
  const z = normalQuantile((1 + level) / 2);
  const share = successes / count;
  const spread = z * Math.sqrt((share * (1 - share)) / count + (z / (2 * count)) ** 2);
  const [centre, scale] = [share + z ** 2 / (2 * count), 1 + z ** 2 / count];
  return {
    low: successes === 0 ? 0 : (centre - spread) / scale,
    high: successes === count ? 1 : (centre + spread) / scale,
    level,
  };
}

/** @throws GenaiError unless `level` lies between 0 and 1. */
export function expectLevel(where: string, level: number): void {
  if (!(level > 0 && level < 1)) throw new GenaiError(`${where}: got level ${level}, expected one between 0 and 1.`);
}
