import { GenaiError } from '@genai/core';
import { pieceMerges } from './sentence-pieces/piece-merges.js';
import { SPACE } from './sentence-pieces/sentence-pieces.js';
import type { TokenizerJson } from './to-tokenizer-json.js';

/**
 * A `tokenizer.bin` of llama2.c as the `tokenizer.json` that encodes alike: byte pairs of characters, of which the pair with the highest
 * score is merged first, and bytes for characters that are no tokens. Tokens 0, 1 and 2 become `<unk>`, `<s>` and `</s>`.
 *
 * @example
 * const json = llama2cTokenizerJson(new Uint8Array(await readFile('tokenizer.bin')));
 * const tokenizer = await tokenizerFromHuggingFace(json); // needs the package @huggingface/tokenizers
 * @throws GenaiError if the file is cut short or damaged, or a token stands twice.
 * @source https://github.com/karpathy/llama2.c, run.c, `build_tokenizer` and `encode`.
 */
export function llama2cTokenizerJson(bytes: Uint8Array): TokenizerJson {
  const pieces = piecesOf(bytes);
  const vocab = new Map<string, number>();
  for (const [token, { text }] of pieces.entries()) {
    const name = SPECIAL[token] ?? text.replaceAll(' ', SPACE);
    if (vocab.has(name)) fail(`the token ${JSON.stringify(name)} stands twice`);
    vocab.set(name, token);
  }
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content, id) => ({ id, content, ...plain })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: SPACE },
        { type: 'Replace', pattern: { String: ' ' }, content: SPACE },
      ],
    },
    pre_tokenizer: null,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: BEGIN, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { [BEGIN]: { id: BEGIN, ids: [SPECIAL.indexOf(BEGIN)], tokens: [BEGIN] } },
    },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: SPECIAL[0],
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: Object.fromEntries(vocab),
      merges: pieceMerges(
        pieces.slice(SPECIAL.length).map(({ text, score }, i) => {
          return { piece: text.replaceAll(' ', SPACE), token: SPECIAL.length + i, score };
        }),
      ),
    },
  };
}

type Piece = { readonly text: string; readonly score: number };

/** The length of the longest, then of each token its score, its length and its UTF-8. */
function piecesOf(bytes: Uint8Array): readonly Piece[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const pieces: Piece[] = [];
  for (let at = 4; at < bytes.length; ) {
    if (at + 8 > bytes.length) fail('it is cut short');
    const [score, length] = [view.getFloat32(at, true), view.getInt32(at + 4, true)];
    const end = at + 8 + length;
    if (!(length >= 0 && length <= MOST_LENGTH && end <= bytes.length) || Number.isNaN(score)) {
      fail(`token ${pieces.length} claims a score of ${score} and ${length} bytes`);
    }
    try {
      pieces.push({ text: decoder.decode(bytes.subarray(at + 8, end)), score });
    } catch {
      fail(`token ${pieces.length} is not UTF-8`);
    }
    at = end;
  }
  if (pieces.length <= SPECIAL.length) fail(`it has ${pieces.length} tokens, expected more than ${SPECIAL.length}`);
  return pieces;
}

function fail(problem: string): never {
  throw new GenaiError(`llama2cTokenizerJson: ${problem}. Pass the tokenizer.bin of the model.`);
}

const BEGIN = '<s>';
const SPECIAL: readonly string[] = ['<unk>', BEGIN, '</s>'];
const MOST_LENGTH = 2 ** 16;
