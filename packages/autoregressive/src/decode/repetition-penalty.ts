import { expectRange, positive } from './expect-range.js';
import type { Warp } from './warp.js';

/**
 * Makes tokens of the prompt and those drawn less likely: their logits are divided by `penalty` where positive, multiplied by it
 * where negative. Above 1 it discourages, 1.2 is usual; below 1 it encourages.
 *
 * @example
 * generate(model, params, { prompt, steps: 100, key: key(1), warps: [repetitionPenalty(1.2)] });
 * @throws GenaiError unless `penalty` is finite and above 0.
 * @source Keskar et al. 2019, "CTRL: a conditional transformer language model for controllable generation", section 4.1.
 */
export function repetitionPenalty(penalty: number): Warp {
  expectRange('repetitionPenalty', 'the penalty', penalty, positive);
  return (logits, { seen }) => {
    for (const token of seen) {
      const logit = logits[token]!;
      logits[token] = logit < 0 ? logit * penalty : logit / penalty;
    }
  };
}
