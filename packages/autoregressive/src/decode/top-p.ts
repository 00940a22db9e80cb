import { expectRange, share } from './expect-range.js';
import { massThreshold } from './mass-threshold.js';
import { probabilities } from './probabilities.js';
import type { Warp } from './warp.js';

/**
 * Nucleus sampling: keeps the fewest likeliest tokens whose probabilities come to at least `p`, the one that crosses it included;
 * of tokens equally likely the lower ones first.
 *
 * @example
 * generate(model, params, { prompt, steps: 100, key: key(1), warps: [topP(0.9)] });
 * @throws GenaiError unless `p` is above 0 and at most 1.
 * @source Holtzman et al. 2020, "The curious case of neural text degeneration", eqs. 2 and 3.
 */
export function topP(p: number): Warp {
  expectRange('topP', 'p', p, share);
  let masses = new Float64Array(0);
  let indices = new Int32Array(0);
  return (logits) => {
    if (p === 1) return;
    if (masses.length !== logits.length) {
      masses = new Float64Array(logits.length);
      indices = new Int32Array(logits.length);
    }
    probabilities(logits, masses);
    // What lies below this comes, all together, to less than 1 − p: it is out in whatever order.
    const least = (1 - p) / logits.length;
    let count = 0;
    for (let i = 0; i < logits.length; i++) if (masses[i]! >= least) indices[count++] = i;
    if (count === 0) return;
    const threshold = massThreshold(masses, masses, p, indices, count);
    let kept = 0;
    for (let j = 0; j < count; j++) if (masses[indices[j]!]! > threshold) kept += masses[indices[j]!]!;
    for (let i = 0; i < logits.length; i++) {
      const mass = masses[i]!;
      if (mass > threshold) continue;
      if (mass === threshold && kept < p) kept += mass;
      else logits[i] = Number.NEGATIVE_INFINITY;
    }
  };
}
