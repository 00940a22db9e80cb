import { GenaiError } from '@genai/core';
import { fitLine } from './fit-line.js';
import { type Text, tokensOf } from './tokens.js';

/** A straight line through logarithms. */
export interface HeapsFit {
  /** β in vocabulary ∝ lengthᵝ; about 0.5 in natural language. */
  readonly exponent: number;
  /** How straight the line is, at most 1. */
  readonly correlation: number;
}

/**
 * The exponent of Heaps' law, by which the vocabulary grows with the text: least squares on the logarithms of tokens read and
 * different ones among them, after 1, 2, 4, … tokens and at the end.
 *
 * @example
 * heapsFit(generated).exponent - heapsFit(reference).exponent;
 * @throws GenaiError unless the texts have two tokens.
 * @source Heaps 1978, "Information retrieval: computational and theoretical aspects", section 7.5.
 */
export function heapsFit(texts: Iterable<Text>): HeapsFit {
  const seen = new Set<string | number>();
  const places: [number, number][] = [];
  let count = 0;
  for (const text of texts) {
    for (const token of tokensOf(text)) {
      seen.add(token);
      count++;
      if (Number.isInteger(Math.log2(count))) places.push([Math.log(count), Math.log(seen.size)]);
    }
  }
  if (count < 2) throw new GenaiError(`heapsFit: got ${count} tokens, expected at least two. Pass longer texts.`);
  if (!Number.isInteger(Math.log2(count))) places.push([Math.log(count), Math.log(seen.size)]);
  const { slope, correlation } = fitLine(
    places.map(([x]) => x),
    places.map(([, y]) => y),
  );
  return { exponent: slope, correlation };
}
