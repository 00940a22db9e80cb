import { words } from './white-space.js';

/** A text: a string, whose tokens stand between white space, or tokens, as the identities that a tokenizer gives. */
export type Text = string | readonly (string | number)[];

/** The tokens of a text. */
export function tokensOf(text: Text): readonly (string | number)[] {
  return typeof text === 'string' ? words(text) : text;
}

/** Counts n-grams of any tokens: gives each token a number, so that n-grams are told apart whatever tokens hold. */
export class Ngrams {
  readonly #numbers = new Map<string | number, string>();

  /** The n-grams of a text, in order, as keys. */
  of(tokens: readonly (string | number)[], n: number): string[] {
    const numbers = tokens.map((token) => this.#numberOf(token));
    return Array.from({ length: Math.max(0, numbers.length - n + 1) }, (_, i) => numbers.slice(i, i + n).join(' '));
  }

  #numberOf(token: string | number): string {
    const known = this.#numbers.get(token);
    if (known !== undefined) return known;
    const number = this.#numbers.size.toString(36);
    this.#numbers.set(token, number);
    return number;
  }
}

/** How often each item occurs. */
export function countsOf<T>(items: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
