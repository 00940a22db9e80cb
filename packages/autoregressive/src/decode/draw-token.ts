import { type Key, randomBits } from '@genai/core';
import { probabilities } from './probabilities.js';

/**
 * A token with probability softmax(logits), (vocabulary), from one number of the key: the first whose cumulated probability lies
 * above it. `masses`, as long, is written over. −1 if no token is left, or the logits hold NaN or +Infinity.
 */
export function drawToken(key: Key, logits: Float32Array, masses: Float64Array): number {
  if (!(probabilities(logits, masses) > Number.NEGATIVE_INFINITY)) return -1;
  return fromMasses(masses, uniform(key));
}

/** A token with probability in proportion to its mass, from one number of the key; the masses need not sum to 1. */
export function drawMass(key: Key, masses: Float64Array): number {
  return fromMasses(masses, uniform(key) * masses.reduce((sum, mass) => sum + mass, 0));
}

/** The first token whose cumulated mass lies above `level`. */
function fromMasses(masses: Float64Array, level: number): number {
  let left = level;
  let last = -1;
  for (let token = 0; token < masses.length; token++) {
    if (masses[token] === 0) continue;
    last = token;
    left -= masses[token]!;
    if (left < 0) return token;
  }
  return last; // what was rounded off at the end
}

/** The token of the largest of the logits, the lowest of several; −1 if no token is left, or one of them is NaN. */
export function likeliestToken(logits: Float32Array): number {
  let most = Number.NEGATIVE_INFINITY;
  let best = -1;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token]!;
    if (Number.isNaN(logit)) return -1;
    if (logit > most) {
      most = logit;
      best = token;
    }
  }
  return best;
}

/** U[0, 1) with 53 bits: of 23 bits, as `randomUniform` has, a rare token would feel the grain. */
export function uniform(key: Key): number {
  const [high, low] = randomBits(key, 2) as unknown as [number, number];
  return ((high >>> 5) * 2 ** 26 + (low >>> 6)) * 2 ** -53;
}
