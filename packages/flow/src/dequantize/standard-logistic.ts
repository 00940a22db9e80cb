import { expectIntegers, type Model, type NoParams } from '@genai/core';
import { type Independent, independent, type Logistic, logistic } from '@genai/distributions';
import { ones, zeros } from '@tensorflow/tfjs-core';

/**
 * Logistic(0, 1) over `features`, a number or a shape: event shape [features], no batch, no parameters. It is the logit of
 * uniform noise, so that a flow which begins with the logit, and is the identity behind it, is uniform.
 *
 * `given` makes two tensors; call it within a `scope`.
 *
 * @example
 * const noise = conditionalFlow({ transforms: [logitTransform(), layer], base: standardLogistic([28, 28, 1]) });
 * @throws GenaiError unless every size is an integer of at least 1.
 * @source Dinh et al. 2015, "NICE", section 3.4 (as a prior).
 */
export function standardLogistic(features: number | readonly number[]): Model<NoParams, Independent<Logistic>> {
  const shape = typeof features === 'number' ? [features] : [...features];
  for (const size of shape) expectIntegers(`standardLogistic([${shape.join(', ')}])`, { 'each size': size });
  return {
    init: () => ({}),
    given: () => independent(logistic(zeros(shape), ones(shape)), shape.length),
  };
}
