import { GenaiError, type Key } from '@genai/core';
import { cast, clone, greaterEqual, mul, type Tensor } from '@tensorflow/tfjs-core';
import { uniformNoise } from '../noise.js';
import { scope } from '../scope.js';
import { isFused, runFused } from './fused.js';
import { withGradient } from './with-gradient.js';

/**
 * Sets each element to 0 with probability `rate` and divides the others by 1 − `rate`: the same ones for a key on every engine.
 *
 * Its gradient draws them again from the key, so no mask is kept.
 *
 * @example
 * const y = dropElements(x, key(0), 0.1);
 * @throws GenaiError unless 0 ≤ `rate` < 1.
 * @source Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting", section 10.
 */
export function dropElements(x: Tensor, key: Key, rate: number): Tensor {
  if (!(rate >= 0 && rate < 1)) throw new GenaiError(`dropElements: rate must be at least 0 and below 1, got ${rate}.`);
  if (rate === 0) return clone(x);
  const composed = (x: Tensor): Tensor =>
    scope(() => {
      const kept = cast(greaterEqual(uniformNoise(key, x.shape), rate), 'float32');
      return mul(x, mul(kept, 1 / (1 - rate)));
    });
  if (!isFused('GenaiDropout', x)) return composed(x);
  const fused = (x: Tensor): Tensor => runFused('GenaiDropout', { x }, { key: [...key], rate })[0]!;
  return withGradient([x], {
    forward: (x) => ({ value: fused(x) }),
    backward: (dy) => [fused(dy)],
    plain: ([x]) => composed(x!),
  });
}
