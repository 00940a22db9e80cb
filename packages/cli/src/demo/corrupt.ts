import { type Key, split } from '@genai/core';
import { scope, uniformNoise } from '@genai/tensor';
import { add, cast, concat, div, less, mul, slice, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Replaces pixels of x, (batch, …), by coin tosses: each is hit with probability `rate`, a number or one for each image.
 *
 * @source Vincent et al. 2010, "Stacked denoising autoencoders", section 3.3 (salt-and-pepper noise).
 */
export function corrupt(x: Tensor, key: Key, rate: number | Tensor): Tensor {
  return scope(() => {
    const noise = uniformNoise(key, x.shape);
    const hit = cast(less(noise, rate), 'float32');
    const toss = cast(less(noise, div(rate, 2)), 'float32'); // of those hit, one in two: no second noise is needed
    return add(mul(x, sub(1, hit)), toss);
  });
}

/** The highest share of pixels that training replaces. */
const MOST_NOISE = 0.5;

/** What training sees: a quarter of the batch corrupted, each image at a rate of its own, the rest as it is. */
export function corruptSome(x: Tensor, key: Key): Tensor {
  const [rateKey, noiseKey] = split(key);
  return scope(() => {
    const count = Math.floor(x.shape[0]! / 4);
    const rates = uniformNoise(rateKey, [count, ...x.shape.slice(1).map(() => 1)], { max: MOST_NOISE });
    const noisy = corrupt(slice(x, [0], [count]), noiseKey, rates);
    return concat([noisy, slice(x, [count], [x.shape[0]! - count])], 0);
  });
}
