import { GenaiError } from '@genai/core';
import { checkedPieces, PIECE, type SentencePieces } from './sentence-pieces.js';
import { wireFields } from './wire-reader.js';

/**
 * The pieces of a `tokenizer.model` of SentencePiece, of its models `bpe` and `unigram`.
 *
 * The file does not say whether a begin or end token stands around every text: add them as `begin` and `end`.
 *
 * @example
 * const pieces = readSentencePieces(new Uint8Array(await readFile('tokenizer.model')));
 * const json = sentencePiecesJson({ ...pieces, begin: pieces.pieces.indexOf('<s>') });
 * @throws GenaiError that names the place, if the file is damaged, of another model, or says what cannot be done.
 * @source https://github.com/google/sentencepiece, sentencepiece_model.proto.
 */
export function readSentencePieces(bytes: Uint8Array): SentencePieces {
  const found: Piece[] = [];
  let model = UNIGRAM;
  const normalizer = { charsmap: '', prefixed: true, collapsed: true };
  for (const { field, bytes: part } of wireFields(bytes, WHERE)) {
    if (field === 1) found.push(pieceOf(part, found.length));
    if (field === 2) model = trainer(part);
    if (field === 3) Object.assign(normalizer, normalizerOf(part));
  }
  if (found.length === 0) fail('it has no pieces');
  const name = model === UNIGRAM ? 'unigram' : model === BPE ? 'bpe' : fail(`its model is of the kind ${model}`);
  const { charsmap, prefixed, collapsed } = normalizer;
  return checkedPieces(WHERE, {
    kind: 'sentence-pieces',
    model: name,
    pieces: found.map(({ piece }) => piece),
    scores: found.map(({ score }) => score),
    types: found.map(({ type }) => type),
    prefixed,
    collapsed,
    ...(charsmap !== '' && { charsmap }),
  });
}

type Piece = { readonly piece: string; readonly score: number; readonly type: number };

function pieceOf(part: Uint8Array, token: number): Piece {
  let [piece, score, type]: [string, number, number] = ['', 0, PIECE.normal];
  for (const { field, number, bytes } of wireFields(part, `${WHERE}: piece ${token}`)) {
    if (field === 1) piece = textOf(bytes, token);
    if (field === 2 && bytes.length === 4) score = new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
    if (field === 3) type = number;
  }
  return { piece, score, type };
}

function textOf(bytes: Uint8Array, token: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail(`piece ${token} is not UTF-8`);
  }
}

/** The kind of the model. */
function trainer(part: Uint8Array): number {
  let model = UNIGRAM;
  for (const { field, number } of wireFields(part, `${WHERE}: trainer_spec`)) {
    if (field === 3) model = number;
    if (field === 24 && number !== 0) fail('it has spaces behind words (treat_whitespace_as_suffix)');
  }
  return model;
}

function normalizerOf(part: Uint8Array): { charsmap?: string; prefixed?: boolean; collapsed?: boolean } {
  const said: { charsmap?: string; prefixed?: boolean; collapsed?: boolean } = {};
  for (const { field, number, bytes } of wireFields(part, `${WHERE}: normalizer_spec`)) {
    if (field === 2) said.charsmap = base64(bytes);
    if (field === 3) said.prefixed = number !== 0;
    if (field === 4) said.collapsed = number !== 0;
    if (field === 5 && number === 0) fail('it keeps spaces as they are (escape_whitespaces is false)');
  }
  return said;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function fail(problem: string): never {
  throw new GenaiError(`${WHERE}: ${problem}. Pass a tokenizer.model of SentencePiece, of its models bpe or unigram.`);
}

const WHERE = 'readSentencePieces';
const UNIGRAM = 1;
const BPE = 2;
