import { expectIntegers, GenaiError } from '@genai/core';
import { normalNoise, scope } from '@genai/tensor';
import { add, clipByValue, mul, type Tensor } from '@tensorflow/tfjs-core';
import type { EncoderPrior } from './encoder-prior.js';
import { mixtureOf } from './mixture-of.js';

export interface VampPriorOptions {
  /** Mean of the first pseudo-inputs; 0.05 unless given, the mean grey of binary digits being about 0.1. */
  readonly mean?: number;
  /** Standard deviation of the first pseudo-inputs; 0.01 unless given. */
  readonly deviation?: number;
}

/** `inputs`: (count, …shape), before they are clipped to 0 … 1. */
export type VampPriorParams = { readonly inputs: Tensor };

/**
 * The variational mixture of posteriors: p(z) = 1/K Σₖ q(z | uₖ), with K = `count` learnt pseudo-inputs uₖ of the data's
 * `shape`, clipped to 0 … 1.
 *
 * Its KL divergence from q(z | x) is estimated with the z that is decoded. A pixel that leaves 0 … 1 has no gradient until
 * another force brings it back. Parameters are data: to begin with training examples, put them in the place of
 * `params.prior.inputs`.
 *
 * @example
 * const digits = vae({ ...gatedVae(), prior: vampPrior(500, [784]) });
 * @throws GenaiError unless `count` and every size of `shape` are integers of at least 1, `mean` is finite, and `deviation`
 * is finite and at least 0.
 * @source Tomczak and Welling 2018, "VAE with a VampPrior", eq. 9.
 */
export function vampPrior(
  count: number,
  shape: readonly number[],
  { mean = 0.05, deviation = 0.01 }: VampPriorOptions = {},
): EncoderPrior<VampPriorParams> {
  const where = `vampPrior(${count}, [${shape.join(', ')}])`;
  expectIntegers(where, { count });
  for (const size of shape) expectIntegers(where, { 'each size': size });
  if (!Number.isFinite(mean) || !(deviation >= 0 && deviation < Infinity)) {
    throw new GenaiError(
      `${where}: mean must be finite and deviation finite and at least 0, got ${mean} and ${deviation}.`,
    );
  }
  return {
    init: (key) => scope(() => ({ inputs: add(mul(normalNoise(key, [count, ...shape]), deviation), mean) })),
    // A scope would free what the distribution holds: the caller's does.
    givenEncoder: ({ inputs }, encode) => mixtureOf(encode(clipByValue(inputs, 0, 1))),
  };
}
