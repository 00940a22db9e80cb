import { add, clipByValue, exp, log, max, mul, reshape, sub, sum, type Tensor, util } from '@tensorflow/tfjs-core';
import { stopGradient } from './stop-gradient.js';
import { withGradient } from './with-gradient.js';

/**
 * log Σ eˣ over `axis` (all axes unless given), without overflow; −∞ stands for a probability of zero.
 *
 * @example
 * const logMean = sub(logSumExp(logWeights, 0), Math.log(samples));
 */
export function logSumExp(x: Tensor, axis?: number | readonly number[], keepDims = false): Tensor {
  const axes = util.parseAxisParam(axis as number | number[], x.shape);
  const reduced = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const shape = keepDims ? reduced : x.shape.filter((_, i) => !axes.includes(i));
  const total = (x: Tensor): Tensor => {
    const top = stopGradient(finite(max(x, axes, true)));
    return add(log(sum(exp(sub(x, top)), axes, true)), top);
  };
  return withGradient([x], {
    forward: (x) => {
      const value = total(x);
      return { value: reshape(value, shape), kept: [value] };
    },
    backward: (dy, [x], [value]) => [mul(reshape(dy, reduced), exp(sub(x!, finite(value!))))],
    plain: ([x]) => reshape(total(x!), shape),
  });
}

/** ∞ − ∞ is not a number: what is subtracted is kept finite. */
function finite(x: Tensor): Tensor {
  return clipByValue(x, -LARGEST, LARGEST);
}

const LARGEST = 3.4028234663852886e38; // of float32
