import { mul, sigmoid, sub, type Tensor } from '@tensorflow/tfjs-core';
import { scope } from '../scope.js';

/**
 * cap · tanh(x / cap), elementwise: x where it is small, never beyond ± cap.
 *
 * @example
 * const logits = softCap(raw, 30);
 * @source Gemma team 2024, "Gemma 2: improving open language models at a practical size", section 2.
 */
export function softCap(x: Tensor, cap: number): Tensor {
  // tanh u = 2 σ(2u) − 1: GPUs' own tanh is off by 1e-5, which the cap would multiply.
  return scope(() => mul(sub(mul(sigmoid(mul(x, 2 / cap)), 2), 1), cap));
}
