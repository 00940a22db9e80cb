import { expectRange, share } from './expect-range.js';
import { massThreshold } from './mass-threshold.js';
import { probabilities } from './probabilities.js';
import type { Warp } from './warp.js';

/**
 * Locally typical sampling: keeps the fewest tokens of probability at least `mass` together whose surprise, −log p(x), is closest
 * to the entropy of the distribution; the one that crosses it included, and those as close as that.
 *
 * @example
 * generate(model, params, { prompt, steps: 100, key: key(1), warps: [typical(0.95)] });
 * @throws GenaiError unless `mass` is above 0 and at most 1.
 * @source Meister et al. 2023, "Locally typical sampling".
 */
export function typical(mass: number): Warp {
  expectRange('typical', 'the mass', mass, share);
  let masses = new Float64Array(0);
  let closeness = new Float64Array(0);
  let indices = new Int32Array(0);
  return (logits) => {
    if (mass === 1) return;
    if (masses.length !== logits.length) {
      masses = new Float64Array(logits.length);
      closeness = new Float64Array(logits.length);
      indices = new Int32Array(logits.length);
    }
    const total = probabilities(logits, masses);
    let count = 0;
    let entropy = 0; // in nats
    for (let i = 0; i < logits.length; i++) {
      if (logits[i] === Number.NEGATIVE_INFINITY) continue;
      indices[count++] = i;
      entropy += masses[i]! * (total - logits[i]!);
    }
    if (count === 0) return;
    for (let j = 0; j < count; j++) {
      const i = indices[j]!;
      closeness[i] = -Math.abs(total - logits[i]! - entropy);
    }
    const least = massThreshold(closeness, masses, mass, indices, count);
    for (let j = 0; j < count; j++) {
      const i = indices[j]!;
      if (closeness[i]! < least) logits[i] = Number.NEGATIVE_INFINITY;
    }
  };
}
