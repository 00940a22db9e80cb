import { GenaiError } from '@genai/core';
import { type BytePairs, bytePairsOf } from './byte-pairs.js';
import { isTexts, recordOf } from './tokenizer-description.js';

/**
 * The tokenizer of a parsed `tokenizer.json` of Hugging Face, where that is byte-level byte pairs with GPT-2's words, as of GPT-2 and
 * the models after it. All added tokens become special tokens; begin and end marks that a post-processor would add are not added.
 *
 * @example
 * const tokenizer = fromTokenizerJson(JSON.parse(await textFile('gpt2/tokenizer.json')));
 * @throws GenaiError that names the place, if the file is of another kind or damaged.
 */
export function fromTokenizerJson(json: unknown): BytePairs {
  const { model, added_tokens = [], normalizer, pre_tokenizer } = recordOf(json);
  const { type = 'BPE', vocab, merges, ...settings } = recordOf(model);
  if (type !== 'BPE') fail('model.type', '"BPE"', type);
  for (const name of OFF) {
    if (settings[name]) fail(`model.${name}`, 'off', settings[name]);
  }
  if (normalizer) fail('normalizer', 'null', recordOf(normalizer).type);
  const words = recordOf(pre_tokenizer);
  if (words.type !== 'ByteLevel' || words.use_regex === false)
    fail('pre_tokenizer', 'ByteLevel with its pattern', words.type);
  if (words.add_prefix_space) fail('pre_tokenizer.add_prefix_space', 'false', true);

  const numbers = new Map(Object.entries(recordOf(vocab)));
  const special: string[] = [];
  for (const [i, token] of (Array.isArray(added_tokens) ? added_tokens : [added_tokens]).entries()) {
    const { content, id } = recordOf(token);
    if (typeof content !== 'string') return fail(`added_tokens[${i}]`, 'a token with its content', content);
    if (numbers.has(content) && numbers.get(content) !== id)
      fail(`added_tokens[${i}].id`, 'that of the vocabulary', id);
    numbers.set(content, id);
    special.push(content);
  }
  const symbols = new Array<string | undefined>(numbers.size).fill(undefined);
  for (const [written, id] of numbers) {
    const isFree = Number.isSafeInteger(id) && (id as number) >= 0 && (id as number) < symbols.length;
    if (!isFree || symbols[id as number] !== undefined) {
      fail(`model.vocab: ${JSON.stringify(written)}`, `a number of its own below ${symbols.length}`, id);
    }
    symbols[id as number] = written;
  }
  const pairs = Array.isArray(merges) ? merges.map((pair) => (isTexts(pair) ? pair.join(' ') : pair)) : merges;
  if (!isTexts(pairs)) return fail('model.merges', 'a list of pairs', typeof merges);
  return bytePairsOf('fromTokenizerJson', { symbols: symbols as string[], merges: pairs, special });
}

function fail(place: string, expected: string, got: unknown): never {
  throw new GenaiError(
    `fromTokenizerJson: ${place} is not ${expected} (got ${JSON.stringify(got)}). Only byte-level byte pairs with GPT-2's words can be read.`,
  );
}

/** What GPT-2's tokenizer does not do. */
const OFF = ['dropout', 'continuing_subword_prefix', 'end_of_word_suffix', 'byte_fallback', 'ignore_merges'] as const;
