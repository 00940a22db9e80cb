import { scope, stopGradient } from '@genai/tensor';
import { add, div, exp, log, matMul, mul, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core';

/**
 * A bound from above of the largest singular value of a matrix, (): never below it, as an estimate by power iteration is, and above
 * it by a factor of at most rank^(1 / 2^(squarings + 2)): 1.02 for rank 64 and 6 squarings.
 *
 * It is ‖(WᵀW)^(2^squarings)‖^(1 / 2^(squarings + 1)), found by squaring; all of it is differentiable.
 *
 * @source Delattre et al. 2023, "Efficient bound of Lipschitz constant for convolutional layers by Gram iteration", section 3.
 */
export function largestSingularValueBound(weight: Tensor, squarings: number): Tensor {
  const [rows, columns] = weight.shape as [number, number];
  return scope(() => {
    // At every step the power is scale · power with scale a constant: the product does not depend on it, nor its gradient.
    const size = stopGradient(norm(weight));
    const unit = div(weight, size); // (rows, columns)
    let power = rows < columns ? matMul(unit, unit, false, true) : matMul(unit, unit, true, false); // (rank, rank)
    let logScale = mul(log(size), 2); // (), of WᵀW
    for (let i = 0; i < squarings; i++) {
      const length = stopGradient(norm(power));
      power = matMul(div(power, length), div(power, length), true, false);
      logScale = mul(add(logScale, log(length)), 2);
    }
    return exp(mul(add(logScale, log(norm(power))), 2 ** -(squarings + 1)));
  });
}

/** ‖x‖, of zeros a number that can be divided by. */
function norm(x: Tensor): Tensor {
  return sqrt(add(sum(square(x)), 1e-30));
}
