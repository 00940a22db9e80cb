import { GenaiError, leaves, mapLeaves, type Tree } from '@genai/core';
import { isFusedHere, runFused, scope } from '@genai/tensor';
import { addN, div, minimum, mul, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import { treeOf } from './leafwise.js';
import type { Stateless, Transform } from './transform.js';

/**
 * Scales the whole gradient down so that its Euclidean norm over all leaves is at most `max`.
 *
 * A gradient of zeros stays zero. One whose norm overflows float32 (entries beyond about 1e19) becomes zero; an infinite
 * or NaN entry becomes NaN, for the guard of `train` to find.
 *
 * @example
 * chain(clipByGlobalNorm(1), adam(1e-3));
 * @throws GenaiError unless `max` is above 0.
 * @source Pascanu et al. 2013, "On the difficulty of training recurrent neural networks", algorithm 1.
 */
export function clipByGlobalNorm(max: number): Transform<Stateless> {
  if (!(max > 0)) throw new GenaiError(`clipByGlobalNorm: max must be above 0, got ${max}.`);
  return {
    init: () => ({}),
    update: (grad, state) =>
      scope(() => {
        const slopes = leaves<Tensor>(grad as Tree<Tensor>).map(([, g]) => g);
        if (slopes.length === 0) return { grad, state };
        if (isFusedHere('GenaiClipByGlobalNorm', ...slopes)) {
          return { grad: treeOf(grad, runFused('GenaiClipByGlobalNorm', slopes, { max })), state };
        }
        const squares = slopes.map((g) => sum(square(g)));
        // max / 0 = ∞ and max / ∞ = 0, so neither end needs a branch.
        const scale = minimum(div(max, sqrt(addN(squares))), 1);
        return { grad: mapLeaves<Tensor, typeof grad>(grad, (g) => mul(g, scale)), state };
      }),
  };
}
