import { recordOf } from './tokenizer-description.js';
import { wordPattern, wordsOf } from './words-of.js';

/** A text to the words within which tokens are made. */
export type WordSplit = (text: string) => Iterable<string>;

/** Patterns by their sources in a file, for those that are not known. */
export type Patterns = { readonly [source: string]: RegExp };

/**
 * How a `pre_tokenizer` of byte-level tokens cuts texts into words: Split by a pattern, Digits and ByteLevel, alone or in sequence.
 * Undefined if it does something else, or does not end in ByteLevel.
 *
 * @throws what `unknown(source)` throws, for a pattern that is neither in `patterns` nor one of a published model.
 */
export function byteLevelWords(
  preTokenizer: unknown,
  patterns: Patterns,
  unknown: (source: string) => never,
): WordSplit | undefined {
  const { type, pretokenizers } = recordOf(preTokenizer);
  const listed: readonly unknown[] =
    type === 'Sequence' && Array.isArray(pretokenizers) ? pretokenizers : [preTokenizer];
  const isByteLevel = (step: unknown): boolean => recordOf(step).type === 'ByteLevel';
  if (listed.findIndex(isByteLevel) !== listed.length - 1) return undefined; // behind it, texts are written in symbols
  const splits = listed.map((step) => splitOf(recordOf(step), patterns, unknown));
  if (splits.includes(undefined)) return undefined;
  return (text) => (splits as WordSplit[]).reduce<Iterable<string>>((words, split) => each(words, split), [text]);
}

/** The pattern of a source in a file: the one given for it, else that of a published model. */
export function patternOf(source: string, patterns: Patterns): RegExp | undefined {
  if (Object.hasOwn(patterns, source)) return wordPattern(patterns[source]);
  if (!KNOWN_SOURCES.includes(source)) return undefined;
  // Theirs are Unicode's white space, and a contraction in any case, where s is also U+017F; JavaScript's \s differs.
  const ours = source
    .replaceAll(CONTRACTIONS, "(?:'(?:[sSſ]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD]))")
    .replaceAll('\\s', '\\p{White_Space}')
    .replaceAll('\\S', '\\P{White_Space}');
  return wordPattern(new RegExp(ours, 'u'));
}

function splitOf(
  step: { readonly [field: string]: unknown },
  patterns: Patterns,
  unknown: (source: string) => never,
): WordSplit | undefined {
  const { type, pattern, behavior, invert } = step;
  if (type === 'Digits') {
    const digits = step.individual_digits ? /\p{N}/gu : /\p{N}+/gu;
    return (text) => wordsOf(text, digits);
  }
  if (type === 'ByteLevel') {
    const words: WordSplit = step.use_regex === false ? (text) => [text] : (text) => wordsOf(text, GPT2);
    return step.add_prefix_space ? (text) => words(text.startsWith(' ') ? text : ` ${text}`) : words;
  }
  const source = recordOf(pattern).Regex;
  if (type !== 'Split' || typeof source !== 'string') return undefined;
  const words = patternOf(source, patterns) ?? unknown(source);
  if (behavior === 'Isolated' && !invert) return (text) => wordsOf(text, words);
  // "Remove what the pattern does not find": the same where it finds everything, as those of models do.
  if (behavior === 'Removed' && invert) return (text) => Array.from(text.matchAll(words), ([word]) => word);
  return undefined;
}

function* each(words: Iterable<string>, split: WordSplit): Generator<string, void, undefined> {
  for (const word of words) yield* split(word);
}

const GPT2: RegExp = wordPattern();
const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const CASED = (tail: string): string =>
  ['*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+', '+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*']
    .map((rest) => `[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]${rest}${tail}`)
    .join('|');
const SPACES = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

/**
 * Patterns as they stand in the files of models. Each takes time linear in the text, which a foreign one need not.
 *
 * @source the tokenizer.json of the models named.
 */
const KNOWN_SOURCES: readonly string[] = [
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", // GPT-2
  `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${SPACES}`, // Llama 3, GPT-4
  `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${SPACES}`, // Qwen 2, Qwen 3
  `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${SPACES}`, // Qwen 3.5
  `${CASED(`${CONTRACTIONS}?`)}|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${SPACES}`, // GPT-4o, gpt-oss, Llama 4
  `${CASED('')}|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${SPACES}`, // Mistral NeMo
  '\\p{N}{1,3}', // DeepSeek V3, with the two below
  '[一-龥぀-ゟ゠-ヿ]+',
  `[!"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_\`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|${SPACES}`,
];
