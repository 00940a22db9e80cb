import { GenaiError } from '@genai/core';
import { byteLetters } from './byte-letters.js';
import { type GgufFields, string, u32 } from './gguf-field.js';
import { type GgufPieces, pieceFields } from './piece-fields.js';
import { WORDS } from './word-patterns.js';

/** A tokenizer as plain data: the `TokenizerDescription` of `@genai/data`. */
export type GgufTokenizer =
  | { readonly kind: 'characters'; readonly alphabet: string; readonly special: readonly string[] }
  | { readonly kind: 'bytes'; readonly special: readonly string[] }
  | {
      readonly kind: 'byte-pairs';
      readonly symbols: readonly string[];
      readonly merges: readonly string[];
      readonly special: readonly string[];
      readonly pattern?: { readonly source: string; readonly flags: string };
    }
  | GgufPieces
  /** Not written as it is: `sentencePiecesOf` of `@genai/data` makes pieces of it where it is one of SentencePiece. */
  | { readonly kind: 'hugging-face'; readonly json: unknown };

export interface TokenizerUse {
  /** Of the model: what the tokenizer lacks is filled up with tokens that are not used. */
  readonly vocabulary: number;
  readonly beginToken?: number | undefined;
  readonly endToken?: number | undefined;
  readonly addBegin?: boolean | undefined;
  readonly chatTemplate?: string | undefined;
}

/**
 * The fields of a tokenizer as llama.cpp reads them. Byte pairs and bytes, which are byte pairs without merges, are of its kind `gpt2`.
 * Characters are of its kind `rwkv`, which takes the longest token that the text begins with, and asks for no end token; others become
 * token 0.
 *
 * Tokenizers of SentencePiece are of its kinds `llama` and `t5`.
 *
 * The kind `gpt2` must have an end token: where the model has none, it is the byte 255, which is in no text.
 *
 * @throws GenaiError if the tokenizer is one of Hugging Face or does what llama.cpp does not, words are found by a pattern that llama.cpp
 *   does not know, or there are more tokens than the model has.
 */
export function tokenizerFields(tokenizer: GgufTokenizer | undefined, use: TokenizerUse): GgufFields {
  const { vocabulary, beginToken, endToken, addBegin, chatTemplate } = use;
  if (tokenizer?.kind === 'sentence-pieces') {
    expectRoom(tokenizer.pieces.length, vocabulary);
    return pieceFields(tokenizer, use);
  }
  const common = {
    'tokenizer.ggml.bos_token_id': beginToken === undefined ? undefined : u32(beginToken),
    'tokenizer.ggml.eos_token_id': endToken === undefined ? undefined : u32(endToken),
    'tokenizer.ggml.add_bos_token': addBegin === undefined ? undefined : ({ type: 'BOOL', value: addBegin } as const),
    'tokenizer.chat_template': chatTemplate === undefined ? undefined : string(chatTemplate),
  };
  const { symbols, special, merges, pre } = tokenizer ? partsOf(tokenizer) : numbered(vocabulary);
  expectRoom(symbols.length, vocabulary);
  const marks = new Set(special);
  const unused = Array.from({ length: vocabulary - symbols.length }, (_, i) => `[PAD${symbols.length + i}]`);
  const types = [...symbols.map((symbol) => (marks.has(symbol) ? CONTROL : NORMAL)), ...unused.map(() => UNUSED)];
  return {
    'tokenizer.ggml.model': string(pre === undefined ? 'rwkv' : 'gpt2'),
    'tokenizer.ggml.pre': pre === undefined ? undefined : string(pre),
    'tokenizer.ggml.tokens': { type: 'STRING[]', value: [...symbols, ...unused] },
    'tokenizer.ggml.token_type': { type: 'I32[]', value: Int32Array.from(types) },
    ...(pre !== undefined && { 'tokenizer.ggml.merges': { type: 'STRING[]', value: merges } }),
    ...common,
    // Without one, llama.cpp ends the process at a text with another character, or on loading if a line's end is another.
    ...(pre === undefined && { 'tokenizer.ggml.unknown_token_id': u32(0) }),
    ...(pre !== undefined &&
      endToken === undefined && { 'tokenizer.ggml.eos_token_id': u32(symbols.indexOf(NO_TEXT)) }),
  };
}

/** The symbol of the byte 255, which UTF-8 does not have. */
export const NO_TEXT = 'ÿ';

/** Types of tokens in the file. */
export const NORMAL = 1;
const CONTROL = 3;
const UNUSED = 5;

type Parts = {
  readonly symbols: readonly string[];
  readonly special: readonly string[];
  readonly merges: readonly string[];
  /** How llama.cpp finds words; `undefined` for the kind without words. */
  readonly pre?: string;
};

function expectRoom(tokens: number, vocabulary: number): void {
  if (tokens <= vocabulary) return;
  throw new GenaiError(
    `toGguf: the tokenizer has ${tokens} tokens, the model ${vocabulary}. Give the tokenizer it was trained with.`,
  );
}

function partsOf(tokenizer: Exclude<GgufTokenizer, GgufPieces>): Parts {
  if (tokenizer.kind === 'hugging-face') {
    throw new GenaiError(
      'toGguf: a tokenizer of Hugging Face cannot be written as it is. Give what sentencePiecesOf makes of its json, one of fromTokenizerJson or trainBytePairs, or none.',
    );
  }
  const { special } = tokenizer;
  if (tokenizer.kind === 'characters') {
    return { symbols: [...Array.from(tokenizer.alphabet, escaped), ...special], special, merges: [] };
  }
  if (tokenizer.kind === 'bytes') {
    return { symbols: [...byteLetters(), ...special], special, merges: [], pre: 'gpt-2' };
  }
  const { symbols, merges, pattern } = tokenizer;
  const known = Object.entries(WORDS).find(([, words]) => words?.source === pattern?.source);
  if (known) return { symbols, special, merges, pre: known[0] };
  throw new GenaiError(
    `toGguf: the tokenizer finds words by a pattern that llama.cpp does not know, /${pattern?.source}/. It knows those of ${Object.keys(WORDS).join(', ')}.`,
  );
}

/** Tokens without texts show as their numbers: programs fail on a file that has no tokenizer. */
function numbered(vocabulary: number): Parts {
  return { symbols: Array.from({ length: vocabulary }, (_, token) => `[${token}]`), special: [], merges: [] };
}

/** A character in the escapes of the kind `rwkv`: printable ones as they are, others byte by byte. */
function escaped(character: string): string {
  if (character !== '\\' && /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character)) return character;
  const bytes = new TextEncoder().encode(character);
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
