import { GenaiError, type NoParams, sizeOf } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { add, div, fill, mul, sub, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';

/**
 * y = (x − mean) / deviation with fixed numbers, one of each or one for each feature, the last axis: for data whose mean and
 * deviation are known. Densities then are of the data as they come.
 *
 * @example
 * const density = flow({ transforms: [standardize([170, 70], [10, 12]), layer], base: standardNormal(2) });
 * @throws GenaiError unless the means are finite, the deviations finite and above 0, and as many; when applied, if x has another last axis.
 */
export function standardize(
  mean: number | readonly number[],
  deviation: number | readonly number[],
): Bijector<NoParams> {
  const [means, deviations] = [listed(mean), listed(deviation)];
  const features = Math.max(means.length, deviations.length);
  const fits = [means, deviations].every(({ length }) => length === 1 || length === features) && features > 0;
  if (!fits || !means.every(Number.isFinite) || !deviations.every((d) => d > 0 && d < Infinity)) {
    throw new GenaiError(
      `standardize: got mean [${means.join(', ')}] and deviation [${deviations.join(', ')}], expected finite numbers, ` +
        'as many of each, deviations above 0. Leave out a feature that does not vary.',
    );
  }
  const where = `standardize(${features})`;
  const single = typeof mean === 'number' && typeof deviation === 'number';
  /** Of one feature, on average: deviations given one by one have as many features as there are. */
  const logSlope = -deviations.reduce((total, d) => total + Math.log(d), 0) / deviations.length;
  const numbers = (): [mean: Tensor, deviation: Tensor] => [tensor([...means]), tensor([...deviations])];
  const check = (x: Tensor): Tensor => {
    if (!single) expectShape(where, x, ['…', features]);
    return fill([x.shape[0]!], logSlope * sizeOf(x.shape.slice(1))); // (batch)
  };
  return {
    init: () => ({}),
    forward: (_params, x) =>
      scope(() => {
        const logDet = check(x);
        const [mean, deviation] = numbers();
        return { y: div(sub(x, mean), deviation), logDet };
      }),
    inverse: (_params, y) =>
      scope(() => {
        const logDet = mul(check(y), -1);
        const [mean, deviation] = numbers();
        return { x: add(mul(y, deviation), mean), logDet };
      }),
  };
}

function listed(numbers: number | readonly number[]): readonly number[] {
  return typeof numbers === 'number' ? [numbers] : numbers;
}
