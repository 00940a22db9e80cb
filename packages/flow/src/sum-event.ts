import { sum, type Tensor } from '@tensorflow/tfjs-core';

/** The sum over all axes but the first: log-slopes, (batch, …event), to log-determinants, (batch). */
export function sumEvent(x: Tensor): Tensor {
  const axes = Array.from({ length: x.rank - 1 }, (_, i) => i + 1);
  return axes.length === 0 ? x.clone() : sum(x, axes);
}
