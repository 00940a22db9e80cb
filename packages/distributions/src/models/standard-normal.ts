import { expectIntegers, type Model, type NoParams } from '@genai/core';
import { ones, zeros } from '@tensorflow/tfjs-core';
import { type Independent, independent } from '../independent.js';
import { type Normal, normal } from '../normal.js';

/**
 * N(0, I) over `features`, a number or a shape: event shape [features], no batch, no parameters.
 *
 * `given` makes two tensors; call it within a `scope`.
 *
 * @example
 * const prior = standardNormal(16);
 * using z = owned(scope(() => prior.given({}).sample(key(0), [5]))); // (5, 16)
 * @throws GenaiError unless every size is an integer of at least 1.
 */
export function standardNormal(features: number | readonly number[]): Model<NoParams, Independent<Normal>> {
  const shape = typeof features === 'number' ? [features] : [...features];
  for (const size of shape) expectIntegers(`standardNormal([${shape.join(', ')}])`, { 'each size': size });
  return {
    init: () => ({}),
    given: () => independent(normal(zeros(shape), ones(shape)), shape.length),
  };
}
