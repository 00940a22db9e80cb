import { streamNll } from '@genai/autoregressive';
import type { TextTokenizer } from '@genai/data';
import type { Measured, Params } from '../trainable.js';
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
  const known = {
    nllPerToken: { mean: nats, unit: 'nats' },
    bitsPerByte: { mean: (nats * tokens.length) / (Math.LN2 * bytes), unit: 'bits' },
  };
  const wanted = names as readonly (keyof typeof known)[];
  return { scores: Object.fromEntries(wanted.map((name) => [name, known[name]])) };
}
