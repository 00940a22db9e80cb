import { GenaiError } from '@genai/core';
import type { Tokenizer } from '../characters.js';
import { tokenBytes } from './token-bytes.js';

/**
 * The text of tokens as they come, in pieces that can be shown at once: no half characters, and no beginning of what may become a stop.
 *
 * Bytes wait until they make a character; those that never do become U+FFFD. Special tokens are not shown. The text ends before the first
 * stop that is complete, wherever tokens begin and end; the source is then closed, as it is when the reader stops reading.
 *
 * @example
 * for await (const piece of streamText(generate(model, params, options), tokenizer, { stop: '\n\n' })) write(piece);
 * @throws GenaiError if a stop is empty; while reading, if a token is outside the vocabulary.
 */
export function streamText(
  tokens: AsyncIterable<number>,
  tokenizer: Tokenizer,
  { stop = [] }: { readonly stop?: string | readonly string[] } = {},
): AsyncGenerator<string, void, undefined> {
  const stops = typeof stop === 'string' ? [stop] : stop;
  if (stops.includes('')) throw new GenaiError('streamText: a stop is empty, expected a text. Leave it out.');
  return pieces(tokens, tokenBytes(tokenizer), stops);
}

async function* pieces(
  tokens: AsyncIterable<number>,
  bytesOf: (token: number) => Uint8Array,
  stops: readonly string[],
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let held = '';
  for await (const token of tokens) {
    held += decoder.decode(bytesOf(token), { stream: true });
    const found = firstStop(held, stops);
    const ready = found ?? held.length - openStop(held, stops);
    if (ready > 0) yield held.slice(0, ready);
    if (found !== undefined) return;
    held = held.slice(ready);
  }
  held += decoder.decode();
  const rest = held.slice(0, firstStop(held, stops));
  if (rest) yield rest;
}

/** Where the stop begins that is complete first, the longest of several. */
function firstStop(text: string, stops: readonly string[]): number | undefined {
  const found = stops
    .map((stop) => ({ start: text.indexOf(stop), length: stop.length }))
    .filter(({ start }) => start >= 0)
    .sort((a, b) => a.start + a.length - (b.start + b.length) || a.start - b.start);
  return found[0]?.start;
}

/** How many characters at the end of a text may be the beginning of a stop. */
function openStop(text: string, stops: readonly string[]): number {
  const longest = Math.max(0, ...stops.map((stop) => stop.length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const end = text.slice(-length);
    if (stops.some((stop) => stop.startsWith(end) && stop.length > length)) return length;
  }
  return 0;
}
