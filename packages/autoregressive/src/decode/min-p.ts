import { expectRange, share } from './expect-range.js';
import type { Warp } from './warp.js';

/**
 * Keeps the tokens at least `p` times as likely as the likeliest.
 *
 * @example
 * generate(model, params, { prompt, steps: 100, key: key(1), warps: [minP(0.1)] });
 * @throws GenaiError unless `p` is above 0 and at most 1.
 * @source Nguyen et al. 2024, "Turning up the heat: min-p sampling for creative and coherent LLM outputs".
 */
export function minP(p: number): Warp {
  expectRange('minP', 'p', p, share);
  const below = Math.log(p);
  return (logits) => {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < logits.length; i++) if (logits[i]! > most) most = logits[i]!;
    const least = most + below;
    for (let i = 0; i < logits.length; i++) if (logits[i]! < least) logits[i] = Number.NEGATIVE_INFINITY;
  };
}
