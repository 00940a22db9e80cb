import { type BytePairs, sentencePiecesOf, type TextTokenizer } from '@genai/data';
import { byteLetters, type GgufTokenizer, ggufWords } from '@genai/transformer';
import { UsageError } from '../usage-error.js';
import { WORD_SOURCES } from './word-sources.js';

/**
 * A tokenizer as GGUF files can have it.
 *
 * @throws UsageError for words that llama.cpp does not know by a name of ours; GenaiError for pieces whose merges are not SentencePiece's.
 */
export function ggufTokenizerOf(tokenizer: TextTokenizer): GgufTokenizer {
  const description = tokenizer.toJSON();
  if (description.kind !== 'hugging-face') return description;
  if (!isBytePairs(tokenizer)) return sentencePiecesOf(description.json);
  const { symbols, merges, special } = tokenizer;
  const letters = new Set(byteLetters());
  // What is no ordinary token in its letters must not be read as one.
  const marks = symbols.filter((symbol) => special.includes(symbol) || ![...symbol].every((c) => letters.has(c)));
  const pattern = patternOf(description.json);
  return { kind: 'byte-pairs', symbols, merges, special: marks, ...(pattern && { pattern }) };
}

function isBytePairs(tokenizer: TextTokenizer): tokenizer is BytePairs {
  return 'merges' in tokenizer && 'symbols' in tokenizer;
}

type Json = { readonly [field: string]: unknown };

/** How words are found, `undefined` for GPT-2's way. */
function patternOf(json: unknown): { readonly source: string; readonly flags: string } | undefined {
  const { pre_tokenizer } = json as Json;
  const { type, pretokenizers, add_prefix_space } = Object(pre_tokenizer) as Json;
  if (type === 'ByteLevel' && !add_prefix_space) return undefined;
  const [split, level, ...more] = (Array.isArray(pretokenizers) ? pretokenizers : []) as Json[];
  const source = (Object(split?.pattern) as Json).Regex;
  const known = Object.keys(WORD_SOURCES).find((pre) => WORD_SOURCES[pre] === source);
  const words = known === undefined ? undefined : ggufWords[known];
  if (!words || level?.type !== 'ByteLevel' || more.length > 0) {
    throw new UsageError(
      `the tokenizer finds words in a way that is not written to GGUF yet; known are GPT-2's, ${Object.keys(WORD_SOURCES).join(' and ')}. Export --to hugging-face, and convert that with the tools of llama.cpp.`,
    );
  }
  return { source: words.source, flags: words.flags };
}
