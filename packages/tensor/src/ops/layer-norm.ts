import { add, mean, mul, reshape, rsqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { isFused } from './fused.js';
import { fusedRows, NORM_ROWS_WIDEST } from './fused-norm.js';
import { sumRows } from './sum-rows.js';
import { type Rule, withGradient } from './with-gradient.js';

/**
 * Normalises the last axis to mean 0 and variance 1, then scales and shifts it.
 *
 * x: (…, width), scale and shift: (width). `epsilon` is added to the variance, 1e-5 unless given.
 *
 * @example
 * const y = layerNorm(x, params.scale, params.shift);
 * @throws GenaiError if scale or shift do not have the width of x.
 * @source Ba et al. 2016, "Layer normalization", eq. 3 and 4.
 */
export function layerNorm(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  { epsilon = 1e-5 }: { readonly epsilon?: number } = {},
): Tensor {
  const width = x.shape.at(-1) ?? 0;
  expectShape('layerNorm: x', x, ['…', 'width']);
  expectShape('layerNorm: scale', scale, [width]);
  expectShape('layerNorm: shift', shift, [width]);
  const plain: Rule['plain'] = ([x, scale, shift]) => {
    const centred = sub(x!, mean(x!, -1, true));
    const normal = mul(centred, rsqrt(add(mean(square(centred), -1, true), epsilon)));
    return add(mul(normal, scale!), shift!);
  };
  if (width <= NORM_ROWS_WIDEST && isFused('GenaiNormRows', x, scale, shift)) {
    return withGradient([x, scale, shift], { ...fusedRows(epsilon), plain });
  }
  return withGradient([x, scale, shift], {
    forward: (x, scale, shift) => {
      const centre = mean(x, -1, true); // (…, 1)
      const centred = sub(x, centre);
      const invDeviation = rsqrt(add(mean(square(centred), -1, true), epsilon)); // (…, 1)
      const value = add(mul(mul(centred, invDeviation), scale), shift);
      return { value, kept: [centre, invDeviation] };
    },
    backward: (dy, [x, scale], [centre, invDeviation]) => {
      const normal = mul(sub(x!, centre!), invDeviation!);
      const slope = mul(dy, scale!);
      // dx = (g − mean g − n · mean(g n)) / σ, with g the slope at the normalised n
      const common = add(mean(slope, -1, true), mul(normal, mean(mul(slope, normal), -1, true)));
      const rows = (t: Tensor): Tensor => reshape(sumRows(reshape(t, [-1, width])), [width]);
      return [mul(sub(slope, common), invDeviation!), rows(mul(dy, normal)), rows(dy)];
    },
    plain,
  });
}
