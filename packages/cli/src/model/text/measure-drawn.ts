import { fold, type Key } from '@genai/core';
import type { TextTokenizer } from '@genai/data';
import { distinct, type Figure, repetition, selfBleu, signature } from '@genai/eval';
import type { Measured, Params } from '../trainable.js';
import { firstTokens } from './first-tokens.js';
import type { DRAWN_TEXT_METRICS } from './text-presets.js';
import type { TextTrainable } from './text-trainable.js';

export interface DrawTextsOptions {
  readonly count: number;
  /** Tokens of each text at most. */
  readonly length: number;
  readonly key: Key;
  readonly signal?: AbortSignal | undefined;
}

/** Drawn at once. */
const SLOTS = 16;

/** Texts from nothing, as `genai sample` draws them, all together. */
export async function drawTexts(
  { batch }: TextTrainable,
  params: Params,
  tokenizer: TextTokenizer,
  { count, length, key, signal }: DrawTextsOptions,
): Promise<string[]> {
  await using drawing = batch(params, { slots: Math.min(SLOTS, count), queue: count });
  const prompt = firstTokens(tokenizer);
  const drawn = Array.from({ length: count }, async (_, i) => {
    const request = { prompt, steps: length, key: fold(key, i), ...(signal && { signal }) };
    const { tokens } = await drawing.generate(request).result;
    return tokenizer.decode(tokens, { special: false });
  });
  return await Promise.all(drawn); // before the batch is disposed of
}

/** Metrics of what was drawn, in words between white space; `length` and `key` are what it was drawn with. */
export function measureDrawn(
  texts: readonly string[],
  names: readonly string[],
  { length, key }: Pick<DrawTextsOptions, 'length' | 'key'>,
): Measured {
  const known: { readonly [name in (typeof DRAWN_TEXT_METRICS)[number]]: readonly [n: number, figure: () => Figure] } =
    {
      distinct: [2, () => distinct(texts, 2)],
      repetition: [4, () => repetition(texts, 4).ngrams],
      selfBleu: [4, () => selfBleu(texts)],
    };
  const asked = names.map((name) => [name, known[name as keyof typeof known]] as const);
  const drawing = { texts: texts.length, tokens: length, key: key.join('.') };
  return {
    scores: Object.fromEntries(asked.map(([name, [, figure]]) => [name, { mean: figure().value, unit: '' }])),
    signatures: Object.fromEntries(
      asked.map(([name, [n]]) => [name, signature(name, { n, words: 'white-space', ...drawing })]),
    ),
  };
}
