import { GenaiError } from '@genai/core';
import { type Fields, fieldsOf } from '../hugging-face/fields.js';
import { byteLetters } from './byte-letters.js';
import { type GgufMetadata, recordOf } from './gguf-field.js';
import { piecesFrom } from './piece-fields.js';
import { type GgufTokenizer, NORMAL } from './tokenizer-fields.js';
import { WORDS } from './word-patterns.js';

/** A tokenizer of a file. */
export interface GgufTokenizerFound {
  /** For `tokenizerFrom` of `@genai/data`, or of kind `sentence-pieces` for its `sentencePiecesJson`. */
  readonly tokenizer: GgufTokenizer;
  /** How it finds words, where that is not as GPT-2 does: to be passed along. */
  readonly pattern?: RegExp;
  /** Jinja template that chats are written with. */
  readonly chatTemplate?: string;
}

/**
 * The tokenizer in the metadata of a GGUF file: byte pairs of the kind `gpt2`, with the words of GPT-2, Llama 3 or Qwen 2, what `toGguf`
 * writes of bytes and characters, and pieces of the kinds `llama` and `t5`. Of the former all but ordinary tokens become special ones.
 *
 * @example
 * const { tokenizer, pattern } = tokenizerFromGguf(decodeGguf(bytes).metadata);
 * const own =
 *   tokenizer.kind === 'sentence-pieces'
 *     ? await tokenizerFromHuggingFace(sentencePiecesJson(tokenizer)) // all of @genai/data
 *     : tokenizerFrom(tokenizer, { pattern });
 * @throws GenaiError if the tokenizer is of another kind, or lists are missing or do not agree.
 * @source https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, section "Tokenizer".
 */
export function tokenizerFromGguf(metadata: GgufMetadata): GgufTokenizerFound {
  const fields = fieldsOf('tokenizerFromGguf', recordOf(metadata));
  const kind = fields.text('tokenizer.ggml.model');
  if (kind === 'llama' || kind === 't5') return { tokenizer: piecesFrom(fields, metadata), ...chatOf(fields) };
  if (kind !== 'gpt2' && kind !== 'rwkv')
    fields.refuse('tokenizer.ggml.model', 'gpt2, llama, t5, or rwkv of characters');
  const symbols = fields.texts('tokenizer.ggml.tokens');
  if (!symbols) return fields.refuse('tokenizer.ggml.tokens', 'a list of texts');
  const types = metadata.get('tokenizer.ggml.token_type')?.value ?? new Int32Array(symbols.length).fill(NORMAL);
  if (!(types instanceof Int32Array) || types.length !== symbols.length) {
    return fields.refuse('tokenizer.ggml.token_type', `a number for each of ${symbols.length} tokens`);
  }
  const special = symbols.filter((_, token) => types[token] !== NORMAL);
  const ordinary = symbols.slice(0, symbols.length - special.length);
  const areLast = types.subarray(0, ordinary.length).every((type) => type === NORMAL);
  const chat = chatOf(fields);

  if (kind === 'rwkv') {
    const characters = ordinary.map(unescaped);
    if (!areLast || !characters.every((text) => [...text].length === 1)) {
      return fields.refuse('tokenizer.ggml.model', 'gpt2, or rwkv of characters');
    }
    return { tokenizer: { kind: 'characters', alphabet: characters.join(''), special }, ...chat };
  }
  const merges = fields.texts('tokenizer.ggml.merges');
  if (!merges) return fields.refuse('tokenizer.ggml.merges', 'a list of pairs');
  const letters = byteLetters();
  if (
    areLast &&
    merges.length === 0 &&
    ordinary.length === 256 &&
    letters.every((letter, i) => letter === ordinary[i])
  ) {
    return { tokenizer: { kind: 'bytes', special }, ...chat };
  }
  const pre = fields.text('tokenizer.ggml.pre', 'gpt-2');
  if (!Object.hasOwn(WORDS, pre)) fields.refuse('tokenizer.ggml.pre', `one of ${Object.keys(WORDS).join(', ')}`);
  const pattern = WORDS[pre];
  const described = pattern && { pattern: { source: pattern.source, flags: pattern.flags } };
  const tokenizer: GgufTokenizer = { kind: 'byte-pairs', symbols, merges, special, ...described };
  return { tokenizer, ...(pattern && { pattern }), ...chat };
}

function chatOf(fields: Fields): { readonly chatTemplate?: string } {
  const template = fields.text('tokenizer.chat_template', '');
  return template === '' ? {} : { chatTemplate: template };
}

/** Undoes the escapes of the kind `rwkv`. @throws GenaiError if bytes make no text. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = text.match(/\\x[0-9a-f]{2}/g)?.map((byte) => Number.parseInt(byte.slice(2), 16)) ?? [];
  try {
    if (bytes.length * 4 !== text.length) throw new SyntaxError('another escape');
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch (cause) {
    throw new GenaiError(`tokenizerFromGguf: the token ${JSON.stringify(text)} is no character.`, { cause });
  }
}
