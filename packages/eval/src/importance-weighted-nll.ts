import { expectIntegers, type LowerBound, split } from '@genai/core';
import { logSumExp, scope } from '@genai/tensor';
import { add, stack, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Metric } from './metric.js';

/** What {@link importanceWeightedNll} needs. */
export interface ImportanceWeightedNllOptions {
  /** Draws of the latents for each example; the bound tightens as they grow. Published figures take 5,000 or so. */
  readonly samples: number;
  /** Draws asked for at once, at least 2: memory follows this, not `samples`. Default 16. */
  readonly chunk?: number;
}

/**
 * The importance-weighted upper bound of −log p(x) in nats an example: −log 1/S Σₛ p(x, zₛ) / q(zₛ | x). Lower is better.
 *
 * The draws are made in chunks, whose bounds are combined into exactly the bound of all of them.
 *
 * @example
 * const metrics = { nll: importanceWeightedNll({ samples: 1_000 }) };
 * const { nll } = await evaluate(digits, params, { data, key: key(0), metrics });
 * @throws GenaiError unless `samples` is an integer of at least 1 and `chunk` one of at least 2.
 * @source Burda et al. 2016, "Importance weighted autoencoders", eq. 8.
 */
export function importanceWeightedNll({
  samples,
  chunk = 16,
}: ImportanceWeightedNllOptions): Metric<LowerBound<Tensor>> {
  expectIntegers('importanceWeightedNll', { samples });
  expectIntegers('importanceWeightedNll', { chunk }, 2);
  const sizes = sizesOf(samples, chunk);
  return {
    unit: 'nats',
    measure: (distribution, x, key) => {
      const keys = split(key, sizes.length);
      const sums = sizes.map((size, i) =>
        // log Σₛ wₛ of this chunk from its mean; nothing else of the chunk outlives it
        scope(() => add(distribution.logProbBound(x, keys[i]!, size), Math.log(size))),
      );
      return sub(Math.log(samples), logSumExp(stack(sums), 0)); // (chunks, batch) to (batch)
    },
  };
}

/** `samples` cut into chunks. None of 1 beside others: for one draw a model may take its KL divergence in closed form. */
function sizesOf(samples: number, chunk: number): number[] {
  const whole = Math.floor(samples / chunk);
  const rest = samples % chunk;
  const sizes = Array.from({ length: whole }, () => chunk);
  if (rest === 1 && whole > 0) sizes[whole - 1] = chunk + 1;
  else if (rest > 0) sizes.push(rest);
  return sizes;
}
