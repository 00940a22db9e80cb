import { GenaiError } from '@genai/core';
import type { Tokenizer } from '../characters.js';
import type { TokenizerDescription } from './tokenizer-description.js';

/**
 * A {@link Tokenizer} that knows its tokens as bytes, and special tokens: marks such as `<|end|>` that stand between texts and that
 * no text turns into unless it is asked to.
 */
export interface TextTokenizer extends Tokenizer {
  /** Names of the special tokens. */
  readonly special: readonly string[];
  /**
   * The number of a special token.
   * @throws GenaiError if there is none of this name.
   */
  readonly specialToken: (name: string) => number;
  /** The tokens of a text. With `special: true` the names of special tokens in it become these. */
  readonly encode: (text: string, options?: { readonly special?: boolean }) => Int32Array;
  /**
   * The text of tokens, U+FFFD for bytes that make no character. Special tokens show as their names, with `special: false` not at all.
   * @throws GenaiError if a token is outside the vocabulary.
   */
  readonly decode: (tokens: ArrayLike<number>, options?: { readonly special?: boolean }) => string;
  /**
   * The UTF-8 bytes a token stands for, none for a special one. They are shared: do not change them.
   * @throws GenaiError if the token is outside the vocabulary.
   */
  readonly tokenBytes: (token: number) => Uint8Array;
  /** The tokenizer as plain data, of which `tokenizerFrom` makes it again. */
  readonly toJSON: () => TokenizerDescription;
}

/** What makes one {@link TextTokenizer} differ from another. */
export type TokenizerParts = {
  /** Its name in errors. */
  readonly where: string;
  /** The bytes of each token, none for the special ones. */
  readonly bytes: readonly Uint8Array[];
  readonly special: ReadonlyMap<string, number>;
  /** The tokens of a text in which nothing is special. */
  readonly encode: (text: string) => Int32Array;
  readonly describe: () => TokenizerDescription;
};

/** The tokenizer of its parts: what all kinds have in common. */
export function textTokenizer({ where, bytes, special, encode, describe }: TokenizerParts): TextTokenizer {
  const encoder = new TextEncoder();
  const names = new Map(Array.from(special, ([name, token]) => [token, encoder.encode(name)]));
  const byName = special.size > 0 ? anyOf([...special.keys()]) : undefined;
  const tokenBytes = (token: number): Uint8Array => bytes[token] ?? refuse(where, token, bytes.length);
  return {
    vocabulary: bytes.length,
    special: [...special.keys()],
    specialToken: (name) => special.get(name) ?? refuseName(where, name, [...special.keys()]),
    encode: (text, options) => {
      if (!options?.special || !byName) return encode(text);
      // A split by a pattern with one group gives texts and names by turns.
      return joined(text.split(byName).map((part, i) => (i % 2 ? Int32Array.of(special.get(part)!) : encode(part))));
    },
    decode: (tokens, options) => {
      const shown = options?.special ?? true;
      const parts = Array.from(tokens, (token) => (shown ? names.get(token) : undefined) ?? tokenBytes(token));
      const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole); // a mark U+FEFF is text, too
    },
    tokenBytes,
    toJSON: describe,
  };
}

/** Special tokens numbered from `first` on. @throws GenaiError unless the names differ and are not empty. */
export function specialFrom(where: string, first: number, names: readonly string[]): ReadonlyMap<string, number> {
  const special = new Map(names.map((name, i) => [name, first + i]));
  if (special.size === names.length && !special.has('')) return special;
  throw new GenaiError(
    `${where}: special names ${JSON.stringify(names)}, expected names that differ and are not empty, such as <|end|>.`,
  );
}

/** One pattern, in a group, for all names; of two that begin alike the longer is found. */
function anyOf(names: readonly string[]): RegExp {
  const sorted = [...names].sort((a, b) => b.length - a.length);
  return new RegExp(`(${sorted.map((name) => name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|')})`, 'u');
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function refuse(where: string, token: number, vocabulary: number): never {
  throw new GenaiError(`${where}: token ${token} is outside the vocabulary of ${vocabulary} (0 to ${vocabulary - 1}).`);
}

function refuseName(where: string, name: string, names: readonly string[]): never {
  throw new GenaiError(
    `${where}: there is no special token ${JSON.stringify(name)}, only ${JSON.stringify(names)}. Name it in \`special\` when the tokenizer is made.`,
  );
}
