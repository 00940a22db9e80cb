import { customGrad, reshape, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The same values as a constant: no gradient flows through to `x`.
 *
 * @example
 * const quantised = add(z, stopGradient(sub(nearest, z))); // straight through
 */
export function stopGradient(x: Tensor): Tensor {
  // An op of no inputs has nothing to pass a gradient to. Reshaping shares the data where a clone may copy it.
  const constant = customGrad(() => ({ value: reshape(x, x.shape), gradFunc: () => [] }));
  return constant();
}
