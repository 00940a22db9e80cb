import { scope, silu } from '@genai/tensor';
import { div, type Tensor } from '@tensorflow/tfjs-core';

/**
 * x σ(x) / 1.1, elementwise: smooth and nowhere steeper than 1.
 *
 * @example
 * const g = contraction([2, 64, 64, 2], { activation: lipSwish });
 * @source Chen et al. 2019, "Residual flows for invertible generative modeling", section 3.2, with β = 1.
 */
export function lipSwish(x: Tensor): Tensor {
  return scope(() => div(silu(x), 1.1));
}
