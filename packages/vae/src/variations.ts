import { expectIntegers, GenaiError, type Key, split } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, mul, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { drawPrior } from './draw-prior.js';
import type { VaeWithMeans } from './reconstruct.js';

export interface VariationsOptions {
  readonly key: Key;
  /** Variations of each example; 8 unless given. */
  readonly count?: number;
  /** How far they stray: 0 stays in q(z | x), 1 forgets x and draws from the prior. 0.5 unless given. */
  readonly strength?: number;
}

/**
 * Images like `x`, from (batch, …event) to (count, batch, …event): E[x | z′] with z′ = √(1 − s²) z + s ε, where
 * z ~ q(z | x), ε ~ p(z) and s is the strength.
 *
 * Under a standard normal prior z′ has the length that z has, whatever the strength: a z that the decoder knows how to
 * decode stays one, which z + s ε would not.
 *
 * @example
 * using alike = owned(variations(digits, params, images, { key: key(0), count: 6, strength: 0.4 })); // (6, batch, 784)
 * @throws GenaiError unless `count` is an integer of at least 1 and `strength` from 0 to 1.
 * @source The move, which leaves the prior as it is: Neal 1999, "Regression and classification using Gaussian process priors"
 * (later called preconditioned Crank–Nicolson).
 */
export function variations<P>(
  model: VaeWithMeans<P>,
  params: P,
  x: Tensor,
  { key, count = 8, strength = 0.5 }: VariationsOptions,
): Tensor {
  expectIntegers('variations', { count });
  if (!(strength >= 0 && strength <= 1)) {
    throw new GenaiError(`variations: strength must be a number from 0 to 1, got ${strength}.`);
  }
  const [first, second] = split(key);
  return scope(() => {
    const batch = x.shape[0] ?? 1;
    const z = model.encode(params, x).sample(first, [count]); // (count, batch, …latent)
    const noise = drawPrior(model.prior(params), second, batch, [count]);
    const moved = add(mul(z, Math.sqrt(1 - strength ** 2)), mul(noise, strength));
    const made = model.decode(params, reshape(moved, [count * batch, ...z.shape.slice(2)])).mean();
    return reshape(made, [count, batch, ...made.shape.slice(1)]);
  });
}
