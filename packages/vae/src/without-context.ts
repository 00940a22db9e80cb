import type { Model } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { WithContext } from './with-context.js';

/**
 * A model of one tensor where one of an input and a context is expected: it does not look at the context.
 *
 * @example
 * const decoder = withoutContext(binary(mlp([16, 256, 784]))); // p(x | z, c) = p(x | z)
 */
export function withoutContext<P, D>(model: Model<P, D, Tensor>): Model<P, D, WithContext<unknown>> {
  return { init: model.init, given: (params, { input }, key) => model.given(params, input, key) };
}
