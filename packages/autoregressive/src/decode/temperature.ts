import { expectRange, positive } from './expect-range.js';
import type { Warp } from './warp.js';

/**
 * Logits divided by a temperature: below 1 likely tokens become likelier, above 1 the distribution flattens.
 *
 * @example
 * generate(model, params, { prompt, steps: 100, key: key(1), warps: [topP(0.9), temperature(0.7)] });
 * @throws GenaiError unless `degree` is finite and above 0.
 * @source Ackley et al. 1985, "A learning algorithm for Boltzmann machines".
 */
export function temperature(degree: number): Warp {
  expectRange('temperature', 'the divisor', degree, positive);
  return (logits) => {
    for (let i = 0; i < logits.length; i++) logits[i] = logits[i]! / degree;
  };
}
