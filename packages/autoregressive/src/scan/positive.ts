import { add, neg, relu, sigmoid, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * x + ½ where x ≥ 0, σ(x) elsewhere: a positive number from any number, close to linear where it is large.
 *
 * @source Feng et al. 2024, "Were RNNs all we needed?", appendix B, where it is called g.
 */
export function positive(x: Tensor): Tensor {
  const below = neg(relu(neg(x))); // min(x, 0), of slope 0 at 0, so that the slope of the whole is 1 there
  return add(sub(x, below), sigmoid(below));
}
