import { scope } from '@genai/tensor';
import { add, mul, type Tensor } from '@tensorflow/tfjs-core';

/** A running mean moved on: decay · before + (1 − decay) · now. */
export function blended(before: Tensor, now: Tensor, decay: number): Tensor {
  return scope(() => add(mul(before, decay), mul(now, 1 - decay)));
}
