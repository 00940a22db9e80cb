import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, stack, type Tensor } from '@tensorflow/tfjs-core';
import type { Flow } from '../flow.js';

/** What a log-density is the sum of, in nats. */
export type LogDensityTerms = {
  /** log |det| of each map, the first next to the data: (batch, maps). */
  readonly maps: Tensor;
  /** log p(z) of the noise that they lead to: (batch). */
  readonly noise: Tensor;
  /** log p(x), their sum: (batch). */
  readonly logProb: Tensor;
};

/**
 * log p(x) taken apart: how much each map stretches space around an example, and how likely the noise is that it becomes.
 *
 * @example
 * using terms = owned(logDensityTerms(density, params, points)); // maps: (batch, 3)
 * @throws GenaiError of a map that x does not fit.
 */
export function logDensityTerms<P>(flow: Flow<P>, params: P, x: Tensor): LogDensityTerms {
  return scope(() => {
    const steps = flow.steps(params);
    if (steps.length === 0) throw new GenaiError('logDensityTerms: the flow has no maps.');
    let at = x;
    const logDets = steps.map((step) => {
      const { y, logDet } = step.forward(at);
      at = y;
      return logDet; // (batch)
    });
    const noise = flow.base(params).logProb(at); // (batch)
    const all = logDets.reduce((total, logDet) => add(total, logDet));
    return { maps: stack(logDets, 1), noise, logProb: add(all, noise) };
  });
}
