import { GenaiError } from '@genai/core';

/** A tokenizer as plain data that JSON can hold. */
export type TokenizerDescription =
  | { readonly kind: 'characters'; readonly alphabet: string; readonly special: readonly string[] }
  | { readonly kind: 'bytes'; readonly special: readonly string[] }
  | {
      readonly kind: 'byte-pairs';
      /** The tokens by their numbers, in the symbols of GPT-2's files; special ones as their names. */
      readonly symbols: readonly string[];
      readonly merges: readonly string[];
      readonly special: readonly string[];
      /** What a word is, where that is not GPT-2's. */
      readonly pattern?: { readonly source: string; readonly flags: string };
    }
  /** What a `tokenizer.json` of Hugging Face holds, of which `tokenizerFromHuggingFace` makes the tokenizer again. */
  | { readonly kind: 'hugging-face'; readonly json: unknown };

/** A description of which a tokenizer can be made at once. */
export type OwnDescription = Exclude<TokenizerDescription, { readonly kind: 'hugging-face' }>;

/** Checks the form of data of unknown origin. @throws GenaiError that names the place. */
export function describedTokenizer(where: string, json: unknown): OwnDescription {
  const fail = (place: string, expected: string): never => {
    throw new GenaiError(`${where}: ${place} is not ${expected}. Pass what the toJSON of a tokenizer gave.`);
  };
  const { kind, alphabet, symbols, merges, special = [], pattern } = recordOf(json);
  if (!isTexts(special)) return fail('special', 'a list of names');
  if (kind === 'bytes') return { kind, special: [...special] };
  if (kind === 'characters') {
    if (typeof alphabet !== 'string' || alphabet === '') return fail('alphabet', 'a text of at least one character');
    return { kind, alphabet, special: [...special] };
  }
  if (kind === 'hugging-face') {
    throw new GenaiError(
      `${where}: the tokenizer is of kind "hugging-face". Pass its json to tokenizerFromHuggingFace.`,
    );
  }
  if (kind === 'sentence-pieces') {
    throw new GenaiError(
      `${where}: the tokenizer is of kind "sentence-pieces". Pass what sentencePiecesJson makes of it to tokenizerFromHuggingFace.`,
    );
  }
  if (kind !== 'byte-pairs') return fail('kind', '"characters", "bytes" or "byte-pairs"');
  if (!isTexts(symbols)) return fail('symbols', 'a list of texts');
  if (!isTexts(merges)) return fail('merges', 'a list of texts');
  const parts = { symbols: [...symbols], merges: [...merges], special: [...special] };
  if (pattern === undefined) return { kind, ...parts };
  const { source, flags } = recordOf(pattern);
  if (typeof source !== 'string' || typeof flags !== 'string') return fail('pattern', '{ source, flags }');
  return { kind, ...parts, pattern: { source, flags } };
}

/** The fields of what may be an object. */
export function recordOf(x: unknown): { readonly [name: string]: unknown } {
  return typeof x === 'object' && x !== null ? (x as { readonly [name: string]: unknown }) : {};
}

/** True for a list of texts. */
export function isTexts(x: unknown): x is readonly string[] {
  return Array.isArray(x) && x.every((item) => typeof item === 'string');
}
