import { GenaiError } from '@genai/core';
import { expectShape, scope, stopGradient } from '@genai/tensor';
import { add, eye, matMul, mean, mul, relu, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';

/**
 * The squared maximum mean discrepancy of the distributions that `x` (n, features) and `y` (m, features) are drawn from, a
 * scalar: E k(x, x′) + E k(y, y′) − 2 E k(x, y).
 *
 * Unbiased: pairs of a draw with itself are left out, and it may be negative where the two are alike.
 *
 * @example
 * const gap = mmd(codes, prior.sample(key(0), [100]), inverseMultiquadraticKernel()); // (100, 16) both
 * @throws GenaiError if the shapes do not fit together or there are fewer than 2 draws of one.
 * @source Gretton et al. 2012, "A kernel two-sample test", eq. 3.
 */
export function mmd(x: Tensor, y: Tensor, kernel: Kernel): Tensor {
  const [n, features] = expectShape('mmd: x', x, ['draws', 'features']);
  const [m] = expectShape('mmd: y', y, ['draws', features]);
  if (n < 2 || m < 2)
    throw new GenaiError(`mmd: needs 2 draws or more of each, got ${n} and ${m}. Pass larger batches.`);
  return scope(() => {
    const centre = stopGradient(mean(y, 0)); // distances do not depend on it; their rounding does
    const [a, b] = [sub(x, centre), sub(y, centre)];
    const similarity = (p: Tensor, q: Tensor): Tensor => kernel(squaredDistances(p, q), features);
    return sub(add(withoutSelf(similarity(a, a), n), withoutSelf(similarity(b, b), m)), mul(mean(similarity(a, b)), 2));
  });
}

/** The mean of a square matrix off its diagonal. */
function withoutSelf(pairs: Tensor, count: number): Tensor {
  return mul(sum(mul(pairs, sub(1, eye(count)))), 1 / (count * (count - 1)));
}

/** |pᵢ − qⱼ|², (n, m), from one matrix product. */
function squaredDistances(p: Tensor, q: Tensor): Tensor {
  const squares = add(sum(square(p), 1, true), sum(square(q), 1)); // (n, m)
  return relu(sub(squares, mul(matMul(p, q, false, true), 2)));
}
