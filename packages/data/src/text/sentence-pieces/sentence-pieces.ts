import { GenaiError } from '@genai/core';
import { isTexts, recordOf } from '../tokenizer-description.js';

/**
 * A tokenizer of SentencePiece as plain data that JSON can hold: what a `tokenizer.model` says, a `tokenizer.json` of the kind of Llama 2
 * and Gemma, and a GGUF file of the kinds `llama` and `t5`.
 */
export type SentencePieces = {
  readonly kind: 'sentence-pieces';
  /** `bpe`: two pieces that make a third are joined, that of the highest score first; `unigram`: the pieces whose scores sum to most. */
  readonly model: 'bpe' | 'unigram';
  /** The tokens by their numbers, with U+2581 for spaces, and bytes as `<0x0A>`. */
  readonly pieces: readonly string[];
  /** Of each piece. */
  readonly scores: readonly number[];
  /** Of each piece: 1 normal, 2 unknown, 3 control, 4 added and found in every text, 5 unused, 6 a byte. */
  readonly types: readonly number[];
  /** A space is put before every text. */
  readonly prefixed: boolean;
  /** Several spaces become one, and those around a text go. */
  readonly collapsed: boolean;
  /** How characters are normalised: SentencePiece's compiled map, in base64. Default: not at all. */
  readonly charsmap?: string;
  /** The tokens that stand before and behind every text, if any. */
  readonly begin?: number;
  readonly end?: number;
};

/** What a piece is, by SentencePiece's and llama.cpp's numbers. */
export const PIECE = { normal: 1, unknown: 2, control: 3, added: 4, unused: 5, byte: 6 } as const;

/** What stands for a space in pieces. */
export const SPACE = '▁';

/** The pieces of all bytes. */
export function bytePieces(): readonly string[] {
  return Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
}

/**
 * Checks data of unknown origin: lists that agree, types that are known, no piece twice, bytes that are whole.
 *
 * @throws GenaiError, in the name of `where`, that names the place.
 */
export function checkedPieces(where: string, given: unknown): SentencePieces {
  const fail = (problem: string): never => {
    throw new GenaiError(`${where}: ${problem}. Pass what sentencePiecesOf, readSentencePieces or a GGUF file gives.`);
  };
  const { kind, model, pieces, scores, types, charsmap, begin, end } = recordOf(given);
  if (kind !== 'sentence-pieces' || (model !== 'bpe' && model !== 'unigram')) {
    const got = `kind ${JSON.stringify(kind)} and model ${JSON.stringify(model)}`;
    return fail(`got ${got}, expected "sentence-pieces" and "bpe" or "unigram"`);
  }
  if (!isTexts(pieces) || pieces.length === 0) return fail('pieces is not a list of texts');
  const isNumbers = (list: unknown): list is readonly number[] =>
    Array.isArray(list) && list.length === pieces.length && list.every((x) => Number.isFinite(x));
  if (!isNumbers(scores)) return fail(`scores is not a list of ${pieces.length} numbers`);
  if (!isNumbers(types) || !types.every((type) => (Object.values(PIECE) as number[]).includes(type))) {
    return fail(`types is not a list of ${pieces.length} numbers from 1 to 6`);
  }
  const known = new Map<string, number>();
  for (const [token, piece] of pieces.entries()) {
    if (piece === '' || known.has(piece)) fail(`the piece ${JSON.stringify(piece)} is empty or stands twice`);
    known.set(piece, token);
  }
  const bytes = types.filter((type) => type === PIECE.byte).length;
  const areWhole = bytePieces().every((piece) => types[known.get(piece) ?? -1] === PIECE.byte);
  if (bytes > 0 && !(bytes === 256 && areWhole)) {
    fail(`it has ${bytes} bytes, expected all 256, <0x00> to <0xFF>, or none`);
  }
  if (bytes > 0 && model === 'unigram') fail('it is a unigram model with bytes, which is not supported');
  if (charsmap !== undefined && typeof charsmap !== 'string') fail('charsmap is not a text in base64');
  for (const [name, token] of Object.entries({ begin, end })) {
    if (token === undefined || (Number.isSafeInteger(token) && (token as number) in pieces)) continue;
    fail(`${name} is ${JSON.stringify(token)}, expected a token below ${pieces.length}`);
  }
  return given as SentencePieces;
}
