import { GenaiError } from '../error.js';
import type { Key } from '../key.js';
import { expectCount } from './expect-count.js';
import { randomGumbel } from './random-gumbel.js';

/**
 * `count` indices into `logits`, each drawn with probability softmax(logits), as
 * `jax.random.categorical(key, logits, shape=(count,))`.
 *
 * `logits` need not be normalised; −Infinity rules an index out.
 *
 * @throws GenaiError unless `count` is an integer of at least 0 and `logits` holds a finite number and no NaN or +Infinity.
 * @source Gumbel 1954, via Maddison et al. 2014, "A* sampling" (the Gumbel-max trick).
 */
export function randomCategorical(key: Key, logits: Float32Array, count: number): Int32Array {
  expectCount('randomCategorical', count);
  const vocabulary = logits.length;
  const valid = logits.every((logit) => logit < Number.POSITIVE_INFINITY); // false for NaN too
  if (!valid || !logits.some((logit) => logit > Number.NEGATIVE_INFINITY)) {
    throw new GenaiError(
      `randomCategorical: logits must hold a finite number and no NaN or +Infinity, got [${[...logits.subarray(0, 8)].join(', ')}${vocabulary > 8 ? ', …' : ''}].`,
    );
  }
  const noise = randomGumbel(key, count * vocabulary); // (count, vocabulary)
  const indices = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    let best = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < vocabulary; i++) {
      const score = Math.fround(noise[row * vocabulary + i]! + logits[i]!);
      if (score > best) {
        best = score;
        indices[row] = i;
      }
    }
  }
  return indices;
}
