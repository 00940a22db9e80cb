import { customGrad, type Tensor } from '@tensorflow/tfjs-core';

/**
 * What `f` computes, as a constant: nothing of it is recorded for gradients, so that what an iteration makes on its way is
 * freed at once.
 */
export function unrecorded(f: () => Tensor): Tensor {
  // An op of no inputs has nothing to pass a gradient to.
  const constant = customGrad(() => ({ value: f(), gradFunc: () => [] }));
  return constant();
}
