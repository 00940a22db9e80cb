import { GenaiError } from '@genai/core';
import { type AddedToken, addedTokensOf } from '../added-tokens.js';
import { recordOf } from '../tokenizer-description.js';
import { textMarks } from '../tokenizer-from-hugging-face.js';
import { pairsOf } from './piece-merges.js';
import { bytePieces, checkedPieces, PIECE, type SentencePieces, SPACE } from './sentence-pieces.js';
import { type Spaces, spacesOf } from './spaces-of.js';

/**
 * The pieces of a parsed `tokenizer.json` of the kind of Llama 2, Mistral and Gemma (byte pairs of characters that fall back to bytes) or
 * of T5 (unigram): what `toGguf` of `@genai/transformer` writes. The ranks of merges become scores.
 *
 * Two things that such a file may say are not kept: that special tokens take white space with them, and that a text that begins with a
 * space gets no other one.
 *
 * @example
 * const tokenizer = sentencePiecesOf(JSON.parse(await textFile('llama/tokenizer.json')));
 * const { metadata, tensors } = await toGguf(config, params, { tokenizer });
 * @throws GenaiError that names the place, if the file is of another kind, or its merges are not those of scores: SentencePiece joins any
 *   two pieces that make a third, so each such pair must be a merge, and those of one piece must follow each other.
 */
export function sentencePiecesOf(json: unknown): SentencePieces {
  const { model, added_tokens } = recordOf(json);
  const { type = 'BPE', ...settings } = recordOf(model);
  if (type !== 'BPE' && type !== 'Unigram') return fail('model.type', '"BPE" or "Unigram"', type);
  const added = addedTokensOf(WHERE, added_tokens);
  const spaces = spacesOf(WHERE, json);
  const { before, behind } = textMarks(json);
  if (before.length > 1 || behind.length > 1) fail('post_processor', 'one begin and one end token at most', before);
  const { scored, unknown } = type === 'BPE' ? bytePairs(settings, added) : unigram(settings, spaces);
  return checkedPieces(WHERE, {
    ...{ kind: 'sentence-pieces', model: type === 'BPE' ? 'bpe' : 'unigram' },
    ...listed(scored, added, unknown, type === 'BPE'),
    ...{ prefixed: spaces.prefixed, collapsed: spaces.collapsed },
    ...(spaces.charsmap !== undefined && { charsmap: spaces.charsmap }),
    ...(before[0] !== undefined && { begin: before[0] }),
    ...(behind[0] !== undefined && { end: behind[0] }),
  });
}

type Settings = { readonly [name: string]: unknown };
/** The pieces of a model with their scores, and which of them is the unknown one. */
type Scored = {
  readonly scored: readonly (readonly [piece: string, token: number, score: number])[];
  readonly unknown: string | undefined;
};

function bytePairs(settings: Settings, added: readonly AddedToken[]): Scored {
  for (const name of OFF) if (settings[name]) fail(`model.${name}`, 'off', settings[name]);
  if (!settings.byte_fallback) fail('model.byte_fallback', 'true', settings.byte_fallback);
  const special = new Set(added.map(({ name }) => name));
  const bytes = new Set(bytePieces());
  const tokens = new Map(Object.entries(recordOf(settings.vocab)) as [string, number][]);
  const ordinary = new Map([...tokens].filter(([piece]) => !special.has(piece) && !bytes.has(piece)));
  const ranks = ranksOf(settings.merges, ordinary, special);
  const lowest = -ranks.size;
  const { unk_token } = settings;
  return {
    scored: Array.from(tokens, ([piece, token]) => {
      if (!ordinary.has(piece)) return [piece, token, 0] as const;
      const rank = ranks.get(piece);
      return [piece, token, rank === undefined ? lowest : -rank] as const;
    }),
    unknown: typeof unk_token === 'string' ? unk_token : undefined,
  };
}

/** What is merged to, in the order of the merges. @throws GenaiError if they are not those of scores. */
function ranksOf(
  merges: unknown,
  ordinary: ReadonlyMap<string, number>,
  special: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  if (!Array.isArray(merges)) return fail('model.merges', 'a list of pairs', merges);
  const ranks = new Map<string, number>();
  const found = new Map<string, number>(); // pairs of each piece
  let last = '';
  for (const [i, merge] of merges.entries()) {
    const pair = typeof merge === 'string' ? merge.split(' ') : merge;
    const isPair = Array.isArray(pair) && pair.length === 2 && pair.every((piece) => typeof piece === 'string');
    const made = isPair ? pair.join('') : '';
    if (isPair && [made, ...pair].some((piece) => special.has(piece))) continue; // added tokens are found before
    if (!isPair || !ordinary.has(made)) fail(`model.merges[${i}]`, 'a pair of pieces that makes another', merge);
    if (made !== last && ranks.has(made)) {
      fail(
        `model.merges[${i}]`,
        `beside the other merges that make ${JSON.stringify(made)}, as merges of scores are`,
        merge,
      );
    }
    if (!ranks.has(made)) ranks.set(made, ranks.size);
    found.set(made, (found.get(made) ?? 0) + 1);
    last = made;
  }
  for (const piece of ordinary.keys()) {
    const pairs = pairsOf(piece, ordinary);
    if (pairs.length > (found.get(piece) ?? 0)) {
      fail(
        'model.merges',
        `with every pair that makes ${JSON.stringify(piece)}, as SentencePiece joins them all`,
        pairs,
      );
    }
  }
  return ranks;
}

function unigram(settings: Settings, { split }: Spaces): Scored {
  const { vocab, unk_id, byte_fallback } = settings;
  if (byte_fallback) fail('model.byte_fallback', 'off in a unigram model', byte_fallback);
  if (!Array.isArray(vocab)) return fail('model.vocab', 'a list of pieces with scores', vocab);
  const scored = vocab.map((entry: unknown, token) => {
    const [piece, score] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof piece !== 'string' || typeof score !== 'number') fail(`model.vocab[${token}]`, '[piece, score]', entry);
    return [piece, token, score] as const;
  });
  const crossing = split && scored.find(([piece]) => piece.lastIndexOf(SPACE) > 0);
  if (crossing) fail('model.vocab', 'of pieces within words, as text is split into words first', crossing[0]);
  return { scored, unknown: scored[unk_id as number]?.[0] };
}

/** Lists by the numbers of tokens; numbers that are free are unused. */
function listed(
  scored: Scored['scored'],
  added: readonly AddedToken[],
  unknown: string | undefined,
  hasBytes: boolean,
): Pick<SentencePieces, 'pieces' | 'scores' | 'types'> {
  const most = scored.length + added.length + MOST_FREE;
  const bytes = new Set(hasBytes ? bytePieces() : []);
  const marks = new Map(added.map((one) => [one.name, one]));
  const found: { piece: string; score: number; type: number }[] = [];
  const all = [...scored, ...added.map(({ name, token }) => [name, token, 0] as const)];
  for (const [piece, token, score] of all) {
    if (!Number.isSafeInteger(token) || token < 0 || token >= most) {
      fail(`the number of ${JSON.stringify(piece)}`, `below ${most}`, token);
    }
    if (found[token] !== undefined && found[token].piece !== piece) {
      fail(
        `the number of ${JSON.stringify(piece)}`,
        `its own, not that of ${JSON.stringify(found[token].piece)}`,
        token,
      );
    }
    const mark = marks.get(piece);
    const type =
      piece === unknown
        ? PIECE.unknown
        : mark
          ? mark.special
            ? PIECE.control
            : PIECE.added
          : bytes.has(piece)
            ? PIECE.byte
            : PIECE.normal;
    found[token] = { piece, score, type };
  }
  const filled = Array.from(found, (one, token) => one ?? { piece: `[PAD${token}]`, score: 0, type: PIECE.unused });
  return {
    pieces: filled.map(({ piece }) => piece),
    scores: filled.map(({ score }) => score),
    types: filled.map(({ type }) => type),
  };
}

function fail(place: string, expected: string, got: unknown): never {
  const shown = JSON.stringify(got) ?? 'nothing';
  throw new GenaiError(
    `${WHERE}: ${place} is not ${expected} (got ${shown.length > 80 ? `${shown.slice(0, 79)}…` : shown}). Only tokenizers of SentencePiece can be read.`,
  );
}

const WHERE = 'sentencePiecesOf';
const MOST_FREE = 1024;
/** What SentencePiece does not do. */
const OFF = ['dropout', 'continuing_subword_prefix', 'end_of_word_suffix', 'ignore_merges'] as const;
