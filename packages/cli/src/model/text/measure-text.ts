import { meanNll, streamNll } from '@genai/autoregressive';
import { batches, type ChatFormat, dialogueWindows, type TextTokenizer } from '@genai/data';
import { UsageError } from '../../usage-error.js';
import type { Measured, Measurement, Params } from '../trainable.js';
import type { BuiltText } from './build-text.js';
import { inWindows } from './in-windows.js';
import type { MeasureTextOptions } from './text-trainable.js';

/** Streams that are read side by side: each begins without a past, which is little beside their length. */
const ROWS = 16;

/** The likelihood of the text held out, its state carried along. */
export async function measureText(
  model: BuiltText,
  params: Params,
  { data: { test }, names, tokenizer, signal }: MeasureTextOptions & { readonly tokenizer: TextTokenizer },
): Promise<Measured> {
  const tokens = tokenizer.encode(test);
  const rows = Math.max(1, Math.min(ROWS, Math.floor(tokens.length / (2 * ROWS))));
  const nats = await streamNll(model, params, tokens, { rows, ...(signal && { signal }) });
  return asked(names, ofBytes(nats, tokens.length, test));
}

/** The likelihood of the text held out, in windows side by side of the length that was trained. */
export async function measureWindows(
  model: BuiltText,
  params: Params,
  {
    data: { test },
    names,
    tokenizer,
    length,
    batch: size,
    signal,
  }: MeasureTextOptions & { readonly tokenizer: TextTokenizer; readonly length: number; readonly batch: number },
): Promise<Measured> {
  const tokens = tokenizer.encode(test);
  const data = batches(inWindows(tokens, length), { size, epochs: 1, last: 'keep' });
  const { nats } = await meanNll(model, params, data, { ...(signal && { signal }) });
  return asked(names, ofBytes(nats, tokens.length, test));
}

export interface MeasureDialoguesOptions extends MeasureTextOptions {
  readonly chat: ChatFormat;
  /** Tokens of a dialogue that are looked at. */
  readonly length: number;
  readonly batch: number;
}

/** The likelihood of the replies in the dialogues held out, and of their ends. */
export async function measureDialogues(
  model: BuiltText,
  params: Params,
  { data: { dialogues }, names, chat, length, batch: size, signal }: MeasureDialoguesOptions,
): Promise<Measured> {
  if (!dialogues) throw new UsageError('the model knows dialogues. Give --data a file of them, .jsonl.');
  const rows = dialogueWindows(dialogues.test.map(chat.encode), { length });
  const data = batches(rows, { size, epochs: 1, last: 'keep' });
  const { nats, count } = await meanNll(model, params, data, { ...(signal && { signal }) });
  const replies = dialogues.test.flatMap((turns) => turns.filter(({ role }) => role === 'assistant'));
  return asked(names, ofBytes(nats, count, replies.map(({ text }) => text).join('')));
}

/** `nats` of each of `count` tokens, by the token and by the byte of the text that they stand for. */
function ofBytes(nats: number, count: number, text: string): { readonly [name: string]: Measurement } {
  const bytes = new TextEncoder().encode(text).length;
  return {
    nllPerToken: { mean: nats, unit: 'nats' },
    perplexity: { mean: Math.exp(nats), unit: '' },
    bitsPerByte: { mean: (nats * count) / (Math.LN2 * bytes), unit: 'bits' },
  };
}

function asked(names: readonly string[], known: { readonly [name: string]: Measurement }): Measured {
  return { scores: Object.fromEntries(names.map((name) => [name, known[name]!])) };
}
