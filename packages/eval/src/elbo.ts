import type { LowerBound } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Metric } from './metric.js';

/**
 * The evidence lower bound of log p(x) in nats an example, from one draw of the latents each. Higher is better; it is
 * usually negative.
 *
 * @example
 * const { elbo: score } = await evaluate(digits, params, { data, key: key(0), metrics: { elbo: elbo() } });
 * @source Kingma & Welling 2014, "Auto-encoding variational Bayes", eq. 3.
 */
export function elbo(): Metric<LowerBound<Tensor>> {
  return { unit: 'nats', measure: (distribution, x, key) => distribution.logProbBound(x, key) };
}
