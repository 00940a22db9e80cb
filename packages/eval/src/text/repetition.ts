import { expectIntegers, GenaiError } from '@genai/core';
import type { Figures } from '../figure.js';
import { Ngrams, type Text, tokensOf } from './tokens.js';

/**
 * How much texts repeat themselves, 0 to 1: `ngrams`, seq-rep-n, is one less the share of different n-grams of a text, the mean over
 * texts that have any; `lines` the share of lines, empty ones left out, that stood in their text before.
 *
 * @example
 * const { ngrams, lines } = repetition(generated, 4);
 * @throws GenaiError unless `n` is a positive integer and some text has n tokens.
 * @source Welleck et al. 2020, "Neural text generation with unlikelihood training", seq-rep-n.
 */
export function repetition(texts: Iterable<Text>, n = 4): Figures<'ngrams' | 'lines'> {
  expectIntegers('repetition', { n });
  const ngrams = new Ngrams();
  let [sum, count, again, lines] = [0, 0, 0, 0];
  for (const text of texts) {
    const found = ngrams.of(tokensOf(text), n);
    if (found.length > 0) {
      sum += 1 - new Set(found).size / found.length;
      count++;
    }
    const written = typeof text === 'string' ? text.split('\n').filter((line) => line.trim() !== '') : [];
    again += written.length - new Set(written).size;
    lines += written.length;
  }
  if (count === 0) throw new GenaiError(`repetition: no text has ${n} tokens. Pass longer texts or a smaller n.`);
  return {
    ngrams: { value: sum / count, better: 'lower' },
    lines: { value: lines > 0 ? again / lines : 0, better: 'lower' },
  };
}
