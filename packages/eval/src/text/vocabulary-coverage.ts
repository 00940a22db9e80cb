import { GenaiError } from '@genai/core';
import type { Figures } from '../figure.js';
import { type Text, tokensOf } from './tokens.js';

/**
 * Whose words texts use, 0 to 1: `coverage` is the share of the reference's different tokens that they use, `unknown` the share of
 * their running tokens that the reference does not have.
 *
 * @example
 * const { coverage, unknown } = vocabularyCoverage(generated, trainingTexts);
 * @throws GenaiError unless both have tokens.
 */
export function vocabularyCoverage(texts: Iterable<Text>, reference: Iterable<Text>): Figures<'coverage' | 'unknown'> {
  const vocabulary = new Set<string | number>();
  for (const text of reference) for (const token of tokensOf(text)) vocabulary.add(token);
  const used = new Set<string | number>();
  let [count, unknown] = [0, 0];
  for (const text of texts) {
    for (const token of tokensOf(text)) {
      count++;
      if (vocabulary.has(token)) used.add(token);
      else unknown++;
    }
  }
  if (count === 0 || vocabulary.size === 0) {
    throw new GenaiError(
      `vocabularyCoverage: got ${count} tokens and a reference of ${vocabulary.size} different ones, expected some of each.`,
    );
  }
  return {
    coverage: { value: used.size / vocabulary.size, better: 'higher' },
    unknown: { value: unknown / count, better: 'lower' },
  };
}
