import type { TokenizerJson } from '../to-tokenizer-json.js';
import { pieceMerges } from './piece-merges.js';
import { checkedPieces, PIECE, type SentencePieces, SPACE } from './sentence-pieces.js';

/**
 * The `tokenizer.json` of Hugging Face that encodes as SentencePiece and llama.cpp do. All but ordinary pieces and bytes become added
 * tokens, special ones unless SentencePiece finds them in every text.
 *
 * A space is put before a text that begins with one, too, and behind every special token, as llama.cpp does.
 *
 * @example
 * const pieces = readSentencePieces(new Uint8Array(await readFile('tokenizer.model')));
 * const tokenizer = await tokenizerFromHuggingFace(sentencePiecesJson({ ...pieces, begin: 1 })); // needs @huggingface/tokenizers
 * @throws GenaiError that names the place, if the pieces are not ones.
 * @source Kudo and Richardson 2018, "SentencePiece", section 3; Kudo 2018, "Subword regularization", section 3.2 (unigram).
 */
export function sentencePiecesJson(pieces: SentencePieces): TokenizerJson {
  const checked = checkedPieces('sentencePiecesJson', pieces);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(checked),
    normalizer: { type: 'Sequence', normalizers: normalizers(checked) },
    pre_tokenizer: null,
    post_processor: marks(checked),
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
        ...[{ type: 'ByteFallback' }, { type: 'Fuse' }],
        ...(checked.prefixed ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: checked.model === 'bpe' ? bytePairs(checked) : unigram(checked),
  };
}

function addedTokens({ pieces, types }: SentencePieces): unknown[] {
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return pieces.flatMap((content, id) => {
    if (types[id] === PIECE.normal || types[id] === PIECE.byte) return [];
    return [{ id, content, ...plain, special: types[id] !== PIECE.added }];
  });
}

function normalizers({ prefixed, collapsed, charsmap }: SentencePieces): unknown[] {
  return [
    ...(charsmap === undefined ? [] : [{ type: 'Precompiled', precompiled_charsmap: charsmap }]),
    ...(collapsed
      ? [
          { type: 'Strip', strip_left: true, strip_right: true },
          { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
        ]
      : []),
    ...(prefixed ? [{ type: 'Prepend', prepend: SPACE }] : []),
    { type: 'Replace', pattern: { String: ' ' }, content: SPACE },
  ];
}

/** A post-processor that adds the begin and end tokens. */
function marks({ pieces, begin, end }: SentencePieces): unknown {
  if (begin === undefined && end === undefined) return null;
  const mark = (token: number | undefined): object[] =>
    token === undefined ? [] : [{ SpecialToken: { id: pieces[token], type_id: 0 } }];
  const text = (id: string, type_id: number): object => ({ Sequence: { id, type_id } });
  const single = [...mark(begin), text('A', 0), ...mark(end)];
  const tokens = [begin, end].flatMap((token) => (token === undefined ? [] : [token]));
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, text('B', 1)],
    special_tokens: Object.fromEntries(
      tokens.map((token) => [pieces[token]!, { id: pieces[token], ids: [token], tokens: [pieces[token]] }]),
    ),
  };
}

function bytePairs({ pieces, scores, types }: SentencePieces): object {
  const ordinary = pieces.flatMap((piece, token) =>
    types[token] === PIECE.normal ? [{ piece, token, score: scores[token]! }] : [],
  );
  const unknown = types.indexOf(PIECE.unknown);
  return {
    type: 'BPE',
    dropout: null,
    unk_token: unknown < 0 ? null : pieces[unknown],
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: types.includes(PIECE.byte),
    ignore_merges: false,
    vocab: Object.fromEntries(pieces.map((piece, token) => [piece, token])),
    merges: pieceMerges(ordinary),
  };
}

function unigram({ pieces, scores, types }: SentencePieces): object {
  const unknown = types.indexOf(PIECE.unknown);
  return {
    type: 'Unigram',
    unk_id: unknown < 0 ? null : unknown,
    vocab: pieces.map((piece, token) => [piece, scores[token]]),
    byte_fallback: false,
  };
}
