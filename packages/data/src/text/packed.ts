import { GenaiError } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Dataset } from '../dataset.js';
import { expectInteger } from '../expect.js';
import { fromArrays } from '../from-arrays.js';
import type { MaskedElements, MaskedTokens } from './masked-rows.js';

/** Rows that hold several documents each; `segments` (batch, length) int32 numbers them within a row from 1, and is 0 where it is only filled. */
export type PackedElements = MaskedElements & { readonly segments: Tensor };

export interface PackedOptions {
  /** Tokens in a row. */
  readonly length: number;
  /** What becomes of a document that is longer than a row: it goes on in other rows (`split`, the default), or its end is left out (`cut`). */
  readonly long?: 'split' | 'cut';
}

/**
 * Documents as full rows of one length: whole ones, or pieces of those that are longer than a row, go where they fit best, so that little is
 * filled and little is cut.
 *
 * A document is its tokens, of which all are predicted but the first, or tokens with a mask, such as a dialogue from `chatFormat`. Where a
 * document goes on in another row, the token before stands there too, and nothing is predicted twice. What has nothing to predict is left
 * out. Which documents share a row depends on nothing but the documents.
 *
 * With `nll` a model sees the earlier documents of a row: let each begin with a token of its own, by which it learns that a new one begins.
 * `packedNll` of `@genai/transformer` keeps them apart by their `segments`.
 *
 * @example
 * const rows = packed(documents.map((text) => [begin, ...encode(text)]).map((tokens) => Int32Array.from(tokens)), { length: 256 });
 * const data = batches(rows, { size: 16, key: key(0) }); // { elements, mask, segments }, each (16, 256)
 * const chats = packed(dialogues.map(chat.encode), { length: 1_024, long: 'cut' });
 * @throws GenaiError if `length` is no integer of at least 2, a mask and its tokens differ in number, or nothing is left.
 * @source Ding et al. 2024, "Fewer truncations improve language modeling", section 3.2 (best-fit decreasing).
 */
export function packed(
  documents: readonly (Int32Array | MaskedTokens)[],
  { length, long = 'split' }: PackedOptions,
): Dataset<PackedElements> {
  expectInteger('packed', 'length', length, 2);
  const pieces = documents
    .flatMap((document, i) => piecesOf(masked(document, i), long === 'cut' ? { length, most: 1 } : { length }))
    .filter(({ mask }) => mask.includes(1));
  if (pieces.length === 0) {
    throw new GenaiError(
      `packed: none of ${documents.length} documents has something to predict in rows of ${length} tokens. Pass documents of at least two tokens, or a greater length.`,
    );
  }
  return rowsOf(bestFit(pieces, length), length);
}

function masked(document: Int32Array | MaskedTokens, i: number): MaskedTokens {
  if (document instanceof Int32Array) {
    return { tokens: document, mask: Uint8Array.from(document, (_, at) => Number(at > 0)) };
  }
  const { tokens, mask } = document;
  if (tokens.length === mask.length) return document;
  throw new GenaiError(`packed: document ${i} has ${tokens.length} tokens and ${mask.length} places in its mask.`);
}

/** At most `most` pieces of at most `length` tokens, each with the last token of the one before, which is only given. */
function piecesOf(
  { tokens, mask }: MaskedTokens,
  { length, most = Number.POSITIVE_INFINITY }: { readonly length: number; readonly most?: number },
): MaskedTokens[] {
  const pieces: MaskedTokens[] = [];
  for (let from = 0; pieces.length < most && (from === 0 || from + 1 < tokens.length); from += length - 1) {
    const given = mask.slice(from, from + length);
    given[0] = 0; // nothing stands before it
    pieces.push({ tokens: tokens.subarray(from, from + length), mask: given });
  }
  return pieces;
}

/** Pieces from the longest to the shortest, each into the fullest row that has room for it. */
function bestFit(pieces: readonly MaskedTokens[], length: number): MaskedTokens[][] {
  const rows: MaskedTokens[][] = [];
  const open: MaskedTokens[][][] = Array.from({ length: length + 1 }, () => []); // rows by the room that they have
  for (const piece of pieces.toSorted((a, b) => b.tokens.length - a.tokens.length)) {
    const size = piece.tokens.length;
    let room = size;
    while (room < length && open[room]!.length === 0) room++;
    const found = open[room]!.pop();
    const row = found ?? [];
    if (!found) rows.push(row);
    row.push(piece);
    open[room - size]!.push(row);
  }
  return rows;
}

function rowsOf(rows: readonly (readonly MaskedTokens[])[], length: number): Dataset<PackedElements> {
  const shape = [rows.length, length];
  const elements = new Int32Array(rows.length * length);
  const masks = new Uint8Array(rows.length * length);
  const segments = new Int32Array(rows.length * length);
  for (const [i, row] of rows.entries()) {
    let at = i * length;
    for (const [j, { tokens, mask }] of row.entries()) {
      elements.set(tokens, at);
      masks.set(mask, at);
      segments.fill(j + 1, at, at + tokens.length);
      at += tokens.length;
    }
  }
  return fromArrays({
    elements: { data: elements, shape, as: 'int32' },
    mask: { data: masks, shape, as: 'float32' },
    segments: { data: segments, shape, as: 'int32' },
  });
}
