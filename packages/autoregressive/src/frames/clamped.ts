import { scope } from '@genai/tensor';
import { broadcastTo, greater, mul, sub, type Tensor, where } from '@tensorflow/tfjs-core';

/** The logits of notes, but where they are `known` those of notes that are certainly as in `x`. */
export function clamped(logits: Tensor, x: Tensor, known: Tensor): Tensor {
  return scope(() => {
    const certain = mul(sub(broadcastTo(x, logits.shape), 0.5), CERTAIN);
    return where(broadcastTo(greater(known, 0.5), logits.shape), certain, logits);
  });
}

/** σ of half of it is 1 exactly, whatever a net adds. */
const CERTAIN = 1e8;
