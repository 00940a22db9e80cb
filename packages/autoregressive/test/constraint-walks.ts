import { fold, type Key, randomUniform } from '@genai/core';
import type { ByteAutomaton } from '../src/constrain/byte-automaton.js';
import type { KeyedConstraint } from '../src/constrain/keyed-constraint.js';

/** Whether the automaton has a text, or bytes, in its language. */
export function accepts<A>(automaton: ByteAutomaton<A>, text: string | Uint8Array): boolean {
  let state: A | undefined = automaton.start;
  for (const byte of typeof text === 'string' ? new TextEncoder().encode(text) : text) {
    state = automaton.next(state, byte);
    if (state === undefined) return false;
  }
  return automaton.accepting(state);
}

/** What tokens spell together, which must be UTF-8 unless it is one alone. */
export function textOf(tokens: readonly (string | Uint8Array)[]): string {
  const encoder = new TextEncoder();
  const bytes = tokens.flatMap((token) => [...(typeof token === 'string' ? encoder.encode(token) : token)]);
  return new TextDecoder('utf-8', { fatal: tokens.length > 1, ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

/** A stream of uniform numbers from 0 to 1. */
export function dice(key: Key): () => number {
  let [block, at, numbers] = [0, 0, new Float32Array()];
  return () => {
    if (at === numbers.length) {
      numbers = new Float32Array(randomUniform(fold(key, block++), 4096));
      at = 0;
    }
    return numbers[at++]!;
  };
}

/**
 * The tokens of a walk that takes any of those allowed; undefined if it comes to a dead end or to `most` tokens.
 */
export function walk<A>(
  constraint: KeyedConstraint<A>,
  random: () => number,
  { end = 0.2, most = 2000, pick }: WalkOptions = {},
): number[] | undefined {
  const tokens: number[] = [];
  let state = constraint.start;
  while (tokens.length < most) {
    const allowed = constraint.allowed(state);
    const options: number[] = [];
    for (let token = allowed.mask.indexOf(1); token >= 0; token = allowed.mask.indexOf(1, token + 1))
      options.push(token);
    if (allowed.end && (options.length === 0 || random() < end)) return tokens;
    if (options.length === 0) return undefined;
    const token = pick?.(tokens, options) ?? options[Math.floor(random() * options.length)]!;
    tokens.push(token);
    state = constraint.next(state, token);
  }
  return undefined;
}

export interface WalkOptions {
  /** The probability to end where that is allowed. */
  readonly end?: number;
  readonly most?: number;
  /** Chooses instead of chance, if it likes. */
  readonly pick?: (tokens: readonly number[], options: readonly number[]) => number | undefined;
}
