import { GenaiError } from '@genai/core';
import type { Fields } from '../hugging-face/fields.js';
import { type GgufField, type GgufFields, type GgufMetadata, string, u32 } from './gguf-field.js';
import type { TokenizerUse } from './tokenizer-fields.js';

/** A tokenizer of SentencePiece as plain data: the `SentencePieces` of `@genai/data`. */
export type GgufPieces = {
  readonly kind: 'sentence-pieces';
  readonly model: 'bpe' | 'unigram';
  readonly pieces: readonly string[];
  readonly scores: readonly number[];
  /** 1 normal, 2 unknown, 3 control, 4 added, 5 unused, 6 a byte. */
  readonly types: readonly number[];
  readonly prefixed: boolean;
  readonly collapsed: boolean;
  readonly charsmap?: string;
  readonly begin?: number;
  readonly end?: number;
};

/**
 * The fields of a tokenizer of SentencePiece: llama.cpp's kind `llama` for byte pairs, `t5` for unigram.
 *
 * llama.cpp puts a space before a text that begins with one, too, and behind special tokens; its kind `t5` none before spaces alone.
 *
 * Both must have an end token: where the model has none, it is the byte 255, which is in no text, or the unknown token.
 *
 * @throws GenaiError for what llama.cpp's kind does not do: spaces collapsed, a map of characters or no bytes in byte pairs, spaces
 *   collapsed without one before the text in unigram; if there are more pieces than the model has tokens.
 */
export function pieceFields(tokenizer: GgufPieces, use: TokenizerUse): GgufFields {
  const { model, pieces, scores, types, prefixed, collapsed, charsmap } = tokenizer;
  const { vocabulary, beginToken = tokenizer.begin, endToken, addBegin, chatTemplate } = use;
  const isPairs = model === 'bpe';
  const unknown = types.indexOf(UNKNOWN);
  const none = isPairs ? pieces.indexOf(NO_TEXT_PIECE) : unknown;
  if (isPairs && (collapsed || charsmap !== undefined)) {
    fail('byte pairs with collapsed spaces or a map of characters, which its kind "llama" does not do');
  }
  if (isPairs && none < 0) fail('byte pairs without the bytes <0x00> to <0xFF>, which its kind "llama" falls back to');
  if (!isPairs && none < 0) fail('no unknown piece, which its kind "t5" needs');
  if (!isPairs && collapsed && !prefixed)
    fail('collapsed spaces without one before a text, where its kind "t5" adds one');
  const unused = Array.from({ length: Math.max(0, vocabulary - pieces.length) }, (_, i) => `[PAD${pieces.length + i}]`);
  return {
    'tokenizer.ggml.model': string(isPairs ? 'llama' : 't5'),
    'tokenizer.ggml.pre': string('default'),
    'tokenizer.ggml.tokens': { type: 'STRING[]', value: [...pieces, ...unused] },
    'tokenizer.ggml.scores': { type: 'F32[]', value: Float32Array.from([...scores, ...unused.map(() => LOWEST)]) },
    'tokenizer.ggml.token_type': { type: 'I32[]', value: Int32Array.from([...types, ...unused.map(() => UNUSED)]) },
    'tokenizer.ggml.add_space_prefix': bool(prefixed),
    'tokenizer.ggml.remove_extra_whitespaces': bool(collapsed),
    ...(charsmap !== undefined && {
      'tokenizer.ggml.precompiled_charsmap': { type: 'U8[]', value: Uint8Array.from(atob(charsmap), byteOf) },
    }),
    'tokenizer.ggml.bos_token_id': beginToken === undefined ? undefined : u32(beginToken),
    'tokenizer.ggml.eos_token_id': u32(endToken ?? none),
    'tokenizer.ggml.unknown_token_id': unknown < 0 ? undefined : u32(unknown),
    'tokenizer.ggml.add_bos_token': bool(addBegin ?? tokenizer.begin !== undefined),
    'tokenizer.ggml.add_eos_token': bool(tokenizer.end !== undefined),
    'tokenizer.chat_template': chatTemplate === undefined ? undefined : string(chatTemplate),
  };
}

/** What {@link pieceFields} writes, or llama.cpp's own tools. @throws GenaiError if lists are missing or do not agree. */
export function piecesFrom(fields: Fields, metadata: GgufMetadata): GgufPieces {
  const isPairs = fields.text(`${PREFIX}model`) === 'llama';
  const pieces = fields.texts(`${PREFIX}tokens`);
  if (!pieces) return fields.refuse(`${PREFIX}tokens`, 'a list of texts');
  const listOf = (name: string, missing: number): readonly number[] => {
    const value = metadata.get(PREFIX + name)?.value;
    if (value === undefined) return pieces.map(() => missing);
    const isList = value instanceof Float32Array || value instanceof Int32Array || value instanceof Uint32Array;
    if (!isList || value.length !== pieces.length) {
      return fields.refuse(PREFIX + name, `a number for each of ${pieces.length} tokens`);
    }
    return Array.from(value);
  };
  const token = (name: string, added: boolean): number | undefined => {
    if (!fields.boolean(`${PREFIX}add_${name}_token`, added)) return undefined;
    const found = metadata.get(`${PREFIX}${name}_token_id`)?.value ?? (isPairs ? DEFAULTS[name] : undefined);
    return typeof found === 'number' && found < pieces.length ? found : undefined;
  };
  const map = metadata.get(`${PREFIX}precompiled_charsmap`)?.value;
  const isMap = map instanceof Uint8Array || map instanceof Int8Array;
  if (map !== undefined && !isMap) fields.refuse(`${PREFIX}precompiled_charsmap`, 'a list of bytes');
  const [begin, end] = [token('bos', isPairs), token('eos', !isPairs)];
  return {
    kind: 'sentence-pieces',
    model: isPairs ? 'bpe' : 'unigram',
    pieces,
    scores: listOf('scores', 0),
    types: listOf('token_type', 1),
    prefixed: fields.boolean(`${PREFIX}add_space_prefix`, true),
    collapsed: !isPairs && fields.boolean(`${PREFIX}remove_extra_whitespaces`, false),
    ...(isMap && map.length > 0 && { charsmap: base64(map) }),
    ...(begin !== undefined && { begin }),
    ...(end !== undefined && { end }),
  };
}

/** The byte 255, which UTF-8 does not have. */
export const NO_TEXT_PIECE = '<0xFF>';

const PREFIX = 'tokenizer.ggml.';
const UNKNOWN = 2;
const UNUSED = 5;
/** Of pieces that no text should become. */
const LOWEST = -10_000;
/** What llama.cpp takes in its kind `llama` where a file says nothing. */
const DEFAULTS: { readonly [name: string]: number } = { bos: 1, eos: 2 };

function bool(value: boolean): GgufField {
  return { type: 'BOOL', value };
}

function byteOf(letter: string): number {
  return letter.charCodeAt(0);
}

function base64(bytes: Uint8Array | Int8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte & 255);
  return btoa(binary);
}

function fail(what: string): never {
  throw new GenaiError(
    `toGguf: the tokenizer has ${what}, so that llama.cpp would encode otherwise. Export it as tokenizer.json, or give none.`,
  );
}
