import { type MeasuredPiece, meanNll, streamNll } from '@genai/autoregressive';
import { batches, type ChatFormat, dialogueWindows, type TextTokenizer } from '@genai/data';
import { bootstrap } from '@genai/eval';
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
  { data: { test }, tokenizer, signal, ...asked }: MeasureTextOptions & { readonly tokenizer: TextTokenizer },
): Promise<Measured> {
  const tokens = tokenizer.encode(test);
  const rows = Math.max(1, Math.min(ROWS, Math.floor(tokens.length / (2 * ROWS))));
  const pieces: MeasuredPiece[] = [];
  await streamNll(model, params, tokens, { rows, onPiece: (piece) => pieces.push(piece), ...(signal && { signal }) });
  return measured(pieces, { ...asked, count: tokens.length, text: test });
}

/** The likelihood of the text held out, in windows side by side of the length that was trained. */
export async function measureWindows(
  model: BuiltText,
  params: Params,
  {
    data: { test },
    tokenizer,
    length,
    batch: size,
    signal,
    ...asked
  }: MeasureTextOptions & { readonly tokenizer: TextTokenizer; readonly length: number; readonly batch: number },
): Promise<Measured> {
  const tokens = tokenizer.encode(test);
  const data = batches(inWindows(tokens, length), { size, epochs: 1, last: 'keep' });
  const pieces: MeasuredPiece[] = [];
  await meanNll(model, params, data, { onSequence: (piece) => pieces.push(piece), ...(signal && { signal }) });
  return measured(pieces, { ...asked, count: tokens.length, text: test });
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
  { data: { dialogues }, chat, length, batch: size, signal, ...asked }: MeasureDialoguesOptions,
): Promise<Measured> {
  if (!dialogues) throw new UsageError('the model knows dialogues. Give --data a file of them, .jsonl.');
  const rows = dialogueWindows(dialogues.test.map(chat.encode), { length });
  const data = batches(rows, { size, epochs: 1, last: 'keep' });
  const pieces: MeasuredPiece[] = [];
  const { count } = await meanNll(model, params, data, {
    onSequence: (piece) => pieces.push(piece),
    ...(signal && { signal }),
  });
  const replies = dialogues.test.flatMap((turns) => turns.filter(({ role }) => role === 'assistant'));
  return measured(pieces, { ...asked, count, text: replies.map(({ text }) => text).join('') });
}

/** What pieces of text tell of the metrics that are asked for: by the token, and by the byte of `text`, which has `count` tokens. */
function measured(
  pieces: readonly MeasuredPiece[],
  {
    names,
    bootstrap: rounds,
    key,
    count,
    text,
  }: Pick<MeasureTextOptions, 'names' | 'bootstrap' | 'key'> & { readonly count: number; readonly text: string },
): Measured {
  const nats = (rows: Int32Array): number => {
    let [total, tokens] = [0, 0];
    for (const row of rows) {
      total += pieces[row]!.nats;
      tokens += pieces[row]!.count;
    }
    return total / tokens;
  };
  const bytes = new TextEncoder().encode(text).length;
  const known: { readonly [name: string]: readonly [unit: string, of: (nats: number) => number] } = {
    nllPerToken: ['nats', (nats) => nats],
    perplexity: ['', Math.exp],
    bitsPerByte: ['bits', (nats) => (nats * count) / (Math.LN2 * bytes)],
  };
  const scores = names.map((name): [string, Measurement] => {
    const [unit, of] = known[name]!;
    const mean = of(nats(Int32Array.from(pieces.keys())));
    if (rounds === undefined) return [name, { mean, unit }];
    return [name, { mean, unit, interval: bootstrap(pieces.length, (rows) => of(nats(rows)), { key, rounds }) }];
  });
  return { scores: Object.fromEntries(scores) };
}
