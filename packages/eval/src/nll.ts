import type { Distribution } from '@genai/core';
import { neg, type Tensor } from '@tensorflow/tfjs-core';
import type { Metric } from './metric.js';

/**
 * Negative log-likelihood −log p(x) in nats an example, for models with an exact density. Lower is better; over data
 * drawn from the model it tends to the entropy.
 *
 * @example
 * const { nll: score } = await evaluate(flow, params, { data, key: key(0), metrics: { nll: nll() } });
 */
export function nll(): Metric<Distribution<Tensor>> {
  return { unit: 'nats', measure: (distribution, x) => neg(distribution.logProb(x)) };
}
