import { GenaiError } from '@genai/core';
import type { Weighted } from './annealed-chains.js';
import { effectiveSampleSize } from './effective-sample-size.js';

/** What annealing found, a number for each example. */
export interface AnnealedLikelihood {
  /** The bound of log p(x) in nats. */
  readonly logProb: Float64Array;
  /** Its standard error over chains, in nats; it means little where the effective sample size is near 1. */
  readonly standardError: Float64Array;
  /** How many equal weights tell as much, from 1 to the number of chains. */
  readonly effectiveSampleSize: Float64Array;
  /** The share of proposals that were accepted; step sizes aim at 0.65. */
  readonly acceptance: Float64Array;
}

/** Of log weights (rows), the bound log 1/C Σ w of each example; with `sign` −1 that of the inverse weights, −log 1/C Σ 1 / w. */
export function bounds(
  where: string,
  { logWeights, acceptance }: Weighted,
  chains: number,
  sign: 1 | -1 = 1,
): AnnealedLikelihood {
  const examples = acceptance.length;
  const found = Array.from({ length: examples }, (_, example) => {
    const logs = Float64Array.from({ length: chains }, (_, chain) => sign * logWeights[chain * examples + example]!);
    const most = logs.reduce((a, b) => Math.max(a, b));
    if (!Number.isFinite(most)) {
      throw new GenaiError(
        `${where}: the log weights of example ${example} reach ${most}, expected finite numbers. See that logLikelihood is finite where the prior draws.`,
      );
    }
    const size = effectiveSampleSize(logs);
    return {
      logProb: sign * (most + Math.log(logs.reduce((total, log) => total + Math.exp(log - most), 0) / chains)),
      // of the logarithm of a mean, by its derivative: the deviation of w over its mean, over √C
      standardError: Math.sqrt(Math.max(0, chains / size - 1) / (chains - 1)),
      effectiveSampleSize: size,
    };
  });
  const all = (name: 'logProb' | 'standardError' | 'effectiveSampleSize'): Float64Array =>
    Float64Array.from(found, (one) => one[name]);
  return {
    logProb: all('logProb'),
    standardError: all('standardError'),
    effectiveSampleSize: all('effectiveSampleSize'),
    acceptance,
  };
}
