import { expectIntegers, GenaiError } from '@genai/core';
import type { Figure } from '../figure.js';
import { Ngrams, type Text, tokensOf } from './tokens.js';

/**
 * Distinct-n: the different n-grams of all texts over all their n-grams, 0 to 1. More texts give less: compare equal amounts.
 *
 * @example
 * const { value } = distinct(generated, 2);
 * @throws GenaiError unless `n` is a positive integer and some text has n tokens.
 * @source Li et al. 2016, "A diversity-promoting objective function for neural conversation models".
 */
export function distinct(texts: Iterable<Text>, n: number): Figure {
  expectIntegers('distinct', { n });
  const ngrams = new Ngrams();
  const seen = new Set<string>();
  let count = 0;
  for (const text of texts) {
    for (const ngram of ngrams.of(tokensOf(text), n)) {
      seen.add(ngram);
      count++;
    }
  }
  if (count === 0) throw new GenaiError(`distinct: no text has ${n} tokens. Pass longer texts or a smaller n.`);
  return { value: seen.size / count, better: 'higher' };
}
