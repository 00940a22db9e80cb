import { meanNll, streamNll } from '@genai/autoregressive';
import { batches, type ChatFormat, dialogueWindows, type TextTokenizer } from '@genai/data';
import { UsageError } from '../../usage-error.js';
import type { Measured, Measurement, Params } from '../trainable.js';
import type { BuiltText } from './build-text.js';
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
  const bytes = new TextEncoder().encode(test).length;
  return asked(names, {
    nllPerToken: { mean: nats, unit: 'nats' },
    bitsPerByte: { mean: (nats * tokens.length) / (Math.LN2 * bytes), unit: 'bits' },
  });
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
  const bytes = replies.reduce((n, { text }) => n + new TextEncoder().encode(text).length, 0);
  return asked(names, {
    nllPerToken: { mean: nats, unit: 'nats' },
    bitsPerByte: { mean: (nats * count) / (Math.LN2 * bytes), unit: 'bits' },
  });
}

function asked(names: readonly string[], known: { readonly [name: string]: Measurement }): Measured {
  return { scores: Object.fromEntries(names.map((name) => [name, known[name]!])) };
}
