import { expectRange, finite } from './expect-range.js';
import type { Warp } from './warp.js';

/**
 * Takes `penalty` off the logit of every token that was drawn, however often; the prompt does not count.
 *
 * @example
 * generate(model, params, { prompt, steps: 100, key: key(1), warps: [presencePenalty(0.5)] });
 * @throws GenaiError unless `penalty` is finite.
 * @source OpenAI 2020, API reference, "Frequency and presence penalties": the term with α_presence.
 */
export function presencePenalty(penalty: number): Warp {
  expectRange('presencePenalty', 'the penalty', penalty, finite);
  return (logits, { counts }) => {
    for (const token of counts.keys()) logits[token] = logits[token]! - penalty;
  };
}
