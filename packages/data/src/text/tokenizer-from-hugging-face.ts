import { GenaiError } from '@genai/core';
import { addedTokensOf } from './added-tokens.js';
import { byteLevel } from './byte-level.js';
import { piecewise } from './piecewise.js';
import type { TextTokenizer } from './text-tokenizer.js';
import { recordOf } from './tokenizer-description.js';
import { byteLevelWords, type Patterns, patternOf } from './word-splits.js';

export interface FromHuggingFaceOptions {
  /** The patterns to use for sources that stand in the file, where these are not those of a published model. */
  readonly patterns?: Patterns;
}

/**
 * The tokenizer of a parsed `tokenizer.json` of Hugging Face. Byte-level byte pairs (GPT-2, Llama 3, Qwen, SmolLM, Mistral NeMo) are
 * our own and have `merges` and `symbols`; others (Llama 2, Gemma, Mistral, T5, BERT) take the package `@huggingface/tokenizers`.
 *
 * Special tokens stay text unless `encode` is asked for them, and no begin or end marks are added: `textMarks` tells those. A pattern
 * that is not of a published model is not run, since a foreign pattern may take for ever: pass one for its source if you trust it.
 *
 * @example
 * const tokenizer = await tokenizerFromHuggingFace(JSON.parse(await textFile('qwen/tokenizer.json')));
 * tokenizer.encode('<|im_start|>user', { special: true });
 * @throws GenaiError that names the place, if the file is damaged or says what cannot be done; if the package is needed and missing.
 */
export async function tokenizerFromHuggingFace(
  json: unknown,
  { patterns = {} }: FromHuggingFaceOptions = {},
): Promise<TextTokenizer> {
  const { model, added_tokens, normalizer, pre_tokenizer, decoder } = recordOf(json);
  const added = addedTokensOf(WHERE, added_tokens);
  const describe = () => ({ kind: 'hugging-face', json }) as const;
  const { type = 'BPE', ...settings } = recordOf(model);
  if (!KINDS.includes(type as string)) {
    throw new GenaiError(
      `${WHERE}: model.type is ${JSON.stringify(type)}, expected one of ${KINDS.join(', ')}. Pass a tokenizer.json of Hugging Face.`,
    );
  }
  const isPlain = type === 'BPE' && !NOT_PLAIN.some((name) => settings[name]);
  const normalize = unicodeForms(normalizer);
  if (isPlain && normalize && recordOf(decoder ?? { type: 'ByteLevel' }).type === 'ByteLevel') {
    const words = byteLevelWords(pre_tokenizer, patterns, refusePattern);
    if (words) return byteLevel(WHERE, { model, added, normalize, words, describe });
  }
  for (const source of sourcesIn([normalizer, pre_tokenizer, decoder])) {
    if (!HARMLESS.has(source) && !patternOf(source, patterns)) refusePattern(source);
  }
  return piecewise(WHERE, { json, added, describe });
}

/**
 * The tokens that a `tokenizer.json` wants before and behind a text, such as the begin mark of Llama 3.
 *
 * @example
 * const { before } = textMarks(JSON.parse(await textFile('llama/tokenizer.json')));
 * const prompt = [...before, ...tokenizer.encode('Once upon a time')];
 */
export function textMarks(json: unknown): { readonly before: readonly number[]; readonly behind: readonly number[] } {
  const { type, processors, single, special_tokens, cls, sep } = recordOf(recordOf(json).post_processor);
  if (type === 'Sequence' && Array.isArray(processors)) {
    const all = processors.map((post_processor) => textMarks({ post_processor }));
    return { before: all.flatMap(({ before }) => before), behind: all.flatMap(({ behind }) => behind) };
  }
  const numberOf = (mark: unknown): number[] => (Array.isArray(mark) && isToken(mark[1]) ? [mark[1]] : []);
  if (type === 'RobertaProcessing' || type === 'BertProcessing')
    return { before: numberOf(cls), behind: numberOf(sep) };
  if (type !== 'TemplateProcessing' || !Array.isArray(single)) return { before: [], behind: [] };
  const place = single.findIndex((item) => 'Sequence' in recordOf(item));
  const tokens = (items: readonly unknown[]): number[] =>
    items.flatMap((item) => {
      const { id } = recordOf(recordOf(item).SpecialToken);
      const { ids } = recordOf(recordOf(special_tokens)[String(id)]);
      return Array.isArray(ids) ? ids.filter(isToken) : [];
    });
  return { before: tokens(single.slice(0, place)), behind: tokens(single.slice(place + 1)) };
}

/** The normalisation to a form of Unicode, or to several; undefined if a normalizer does something else. */
function unicodeForms(normalizer: unknown): ((text: string) => string) | undefined {
  if (normalizer === null || normalizer === undefined) return (text) => text;
  const { type, normalizers } = recordOf(normalizer);
  const forms =
    type === 'Sequence' && Array.isArray(normalizers) ? normalizers.map((one) => recordOf(one).type) : [type];
  if (!forms.every((form) => ['NFC', 'NFD', 'NFKC', 'NFKD'].includes(form as string))) return undefined;
  return (text) => (forms as string[]).reduce((done, form) => done.normalize(form), text);
}

/** The patterns that stand anywhere in parts of a file. */
function sourcesIn(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([name, value]: [string, unknown]) =>
    name === 'Regex' && typeof value === 'string' ? [value] : sourcesIn(value),
  );
}

function isToken(x: unknown): x is number {
  return Number.isSafeInteger(x) && (x as number) >= 0;
}

function refusePattern(source: string): never {
  throw new GenaiError(
    `tokenizerFromHuggingFace: the file has the pattern ${JSON.stringify(source)}, which is of no model that is known and could take for ever. If you trust it, pass patterns: { [source]: /…/u }.`,
  );
}

const KINDS: readonly string[] = ['BPE', 'Unigram', 'WordPiece'];
const WHERE = 'tokenizerFromHuggingFace';
/** What byte-level byte pairs of models do not do. */
const NOT_PLAIN = ['dropout', 'continuing_subword_prefix', 'end_of_word_suffix'] as const;
/** Patterns of normalisers, as of T5 and XLM-R. */
const HARMLESS: ReadonlySet<string> = new Set([' {2,}', '\\s+', '\\s', '\\n', '\\d']);
