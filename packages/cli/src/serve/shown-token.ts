import type { TextTokenizer } from '@genai/data';

/** A token as answers show it. */
export interface ShownToken {
  /** Its text; of bytes that make no characters `bytes:\xf0\x9f`. */
  readonly token: string;
  /** None of a special token. */
  readonly bytes: readonly number[] | null;
}

/** How a token is shown. */
export function shownToken(tokenizer: TextTokenizer, token: number): ShownToken {
  const bytes = Array.from(tokenizer.tokenBytes(token));
  if (bytes.length === 0) return { token: tokenizer.decode([token]), bytes: null };
  try {
    return { token: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes)), bytes };
  } catch {
    const digits = bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`);
    return { token: `bytes:${digits.join('')}`, bytes };
  }
}

/** A log-probability, in nats, as JSON can hold it. */
export function shownLogProb(logProb: number): number {
  return Math.max(logProb, LEAST);
}

/** OpenAI's word for never. */
const LEAST = -9999;
