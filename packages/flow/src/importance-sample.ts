import { expectIntegers, type Key } from '@genai/core';
import { logSumExp, scope } from '@genai/tensor';
import { add, exp, mul, neg, softmax, sub, type Tensor } from '@tensorflow/tfjs-core';
import { drawScored, energyOf } from './draw-scored.js';
import type { Flow } from './flow.js';

/** Draws from a flow, weighed as draws from the density of an energy. */
export type ImportanceSample = {
  /** (samples, …event) */
  readonly x: Tensor;
  /** Weights that sum to 1, (samples): Σ w f(x) estimates E_p[f(x)]. */
  readonly weights: Tensor;
  /** How many draws from p itself they are worth, 1 … samples: a scalar. */
  readonly effectiveSampleSize: Tensor;
  /** An estimate of log ∫ e^(−energy(x)) dx in nats: a scalar. */
  readonly logNormalizer: Tensor;
};

/**
 * Draws from a flow q with importance weights ∝ e^(−energy(x)) / q(x), to correct what the flow has not learned.
 *
 * @example
 * using drawn = owned(importanceSample(q, params, doubleWell, { key: key(1), samples: 10_000 }));
 * const worth = (await drawn.effectiveSampleSize.data())[0]!; // of 10,000
 * @throws GenaiError if `samples` is not an integer of at least 1, or the energy is not one number a draw.
 * @source Kong 1992, "A note on importance sampling using standardized weights"; Noé et al. 2019, "Boltzmann generators".
 */
export function importanceSample<P>(
  flow: Flow<P>,
  params: P,
  energy: (x: Tensor) => Tensor,
  { key, samples }: { readonly key: Key; readonly samples: number },
): ImportanceSample {
  expectIntegers('importanceSample', { samples });
  return scope(() => {
    const { x, logProb } = drawScored(flow, params, key, samples);
    const logWeights = neg(add(energyOf('importanceSample', energy, x), logProb)); // log e^(−energy) − log q, (samples)
    const total = logSumExp(logWeights, 0); // scalar
    return {
      x,
      weights: softmax(logWeights),
      effectiveSampleSize: exp(sub(mul(total, 2), logSumExp(mul(logWeights, 2), 0))), // (Σ w)² / Σ w²
      logNormalizer: sub(total, Math.log(samples)),
    };
  });
}
