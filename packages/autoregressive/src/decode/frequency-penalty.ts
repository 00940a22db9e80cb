import { expectRange, finite } from './expect-range.js';
import type { Warp } from './warp.js';

/**
 * Takes `penalty` off a token's logit for each time it was drawn; the prompt does not count. Below 0 it encourages repetition.
 *
 * @example
 * generate(model, params, { prompt, steps: 100, key: key(1), warps: [frequencyPenalty(0.5)] });
 * @throws GenaiError unless `penalty` is finite.
 * @source OpenAI 2020, API reference, "Frequency and presence penalties": the term with α_frequency.
 */
export function frequencyPenalty(penalty: number): Warp {
  expectRange('frequencyPenalty', 'the penalty', penalty, finite);
  return (logits, { counts }) => {
    for (const [token, count] of counts) logits[token] = logits[token]! - penalty * count;
  };
}
