import { reshape, slice, type Tensor } from '@tensorflow/tfjs-core';

/** What stands at the last time: (batch, time, width) → (batch, width). */
export function lastStep(x: Tensor): Tensor {
  const [batch, time, width] = x.shape as [number, number, number];
  return reshape(slice(x, [0, time - 1, 0], [batch, 1, width]), [batch, width]);
}
