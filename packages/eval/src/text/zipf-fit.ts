import { expectIntegers, GenaiError } from '@genai/core';
import { fitLine } from './fit-line.js';
import { countsOf, type Text, tokensOf } from './tokens.js';

/** A straight line through logarithms. */
export interface ZipfFit {
  /** s in frequency ∝ rank⁻ˢ; about 1 in natural language. */
  readonly exponent: number;
  /** How straight the line is: the correlation of log rank and −log frequency, at most 1. */
  readonly correlation: number;
}

/**
 * The exponent of Zipf's law: least squares on the logarithms of rank and frequency of the `most` most frequent tokens. Text that is
 * too uniform has a smaller one than the data, text that repeats itself a larger one.
 *
 * @example
 * zipfFit(generated).exponent - zipfFit(reference).exponent;
 * @throws GenaiError unless the texts have two different tokens and `most` is an integer of at least 2.
 * @source Holtzman et al. 2020, "The curious case of neural text degeneration"; the Zipf coefficient of Pillutla et al. 2021, "MAUVE".
 */
export function zipfFit(texts: Iterable<Text>, { most = 5_000 }: { readonly most?: number } = {}): ZipfFit {
  expectIntegers('zipfFit', { most }, 2);
  const counts = countsOf(allTokens(texts));
  if (counts.size < 2) {
    throw new GenaiError(`zipfFit: got ${counts.size} different tokens, expected at least two. Pass longer texts.`);
  }
  const frequencies = [...counts.values()].sort((a, b) => b - a).slice(0, most);
  const { slope, correlation } = fitLine(
    frequencies.map((_, i) => Math.log(i + 1)),
    frequencies.map(Math.log),
  );
  return { exponent: 0 - slope, correlation: 0 - correlation };
}

function* allTokens(texts: Iterable<Text>): Generator<string | number> {
  for (const text of texts) yield* tokensOf(text);
}
