import { add, mean, mul, reshape, rsqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { isFused } from './fused.js';
import { fusedRows, NORM_ROWS_WIDEST } from './fused-norm.js';
import { sumRows } from './sum-rows.js';
import { type Rule, withGradient } from './with-gradient.js';

/**
 * Divides the last axis by its root mean square, then scales it.
 *
 * x: (…, width), scale: (width). `epsilon` is added to the mean square, 1e-6 unless given.
 *
 * @example
 * const y = rmsNorm(x, params.scale);
 * @throws GenaiError if scale does not have the width of x.
 * @source Zhang and Sennrich 2019, "Root mean square layer normalization", eq. 4.
 */
export function rmsNorm(x: Tensor, scale: Tensor, { epsilon = 1e-6 }: { readonly epsilon?: number } = {}): Tensor {
  const width = x.shape.at(-1) ?? 0;
  expectShape('rmsNorm: x', x, ['…', 'width']);
  expectShape('rmsNorm: scale', scale, [width]);
  const invRoot = (x: Tensor): Tensor => rsqrt(add(mean(square(x), -1, true), epsilon)); // (…, 1)
  const plain: Rule['plain'] = ([x, scale]) => mul(mul(x!, invRoot(x!)), scale!);
  if (width <= NORM_ROWS_WIDEST && isFused('GenaiNormRows', x, scale)) {
    return withGradient([x, scale], { ...fusedRows(epsilon), plain });
  }
  return withGradient([x, scale], {
    forward: (x, scale) => {
      const inverse = invRoot(x);
      return { value: mul(mul(x, inverse), scale), kept: [inverse] };
    },
    backward: (dy, [x, scale], [inverse]) => {
      const normal = mul(x!, inverse!);
      const slope = mul(dy, scale!);
      // dx = (g − n · mean(g n)) / rms, with g the slope at the normalised n
      const dx = mul(sub(slope, mul(normal, mean(mul(slope, normal), -1, true))), inverse!);
      return [dx, reshape(sumRows(reshape(mul(dy, normal), [-1, width])), [width])];
    },
    plain,
  });
}
