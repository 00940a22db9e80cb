import { expectIntegers, type Schedule } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, div, minimum, mul, sqrt, type Tensor } from '@tensorflow/tfjs-core';

/** What {@link inverseSquareRoot} needs. */
export interface InverseSquareRootOptions {
  /** The highest value, reached after `warmup` updates. */
  readonly peak: number;
  /** Updates of linear rise; the first has `peak / (warmup + 1)`. */
  readonly warmup: number;
}

/**
 * A linear rise to `peak`, then a fall with the root of the updates, which needs no end of training to be known.
 *
 * @example
 * adam(inverseSquareRoot({ peak: 1e-3, warmup: 4_000 }), { b2: 0.98 });
 * @throws GenaiError unless `warmup` is an integer of at least 0.
 * @source Vaswani et al. 2017, "Attention is all you need", eq. 3, whose `warmup_steps` is `warmup + 1`.
 */
export function inverseSquareRoot({ peak, warmup }: InverseSquareRootOptions): Schedule<Tensor> {
  expectIntegers('inverseSquareRoot', { warmup }, 0);
  return (step) =>
    scope(() => {
      const progress = div(add(step, 1), warmup + 1); // 1 at the peak
      return mul(minimum(progress, div(1, sqrt(progress))), peak);
    });
}
