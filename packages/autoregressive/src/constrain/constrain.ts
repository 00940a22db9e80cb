import { expectIntegers, GenaiError } from '@genai/core';
import type { Allowed } from '../decode/token-constraint.js';
import type { ByteAutomaton } from './byte-automaton.js';
import type { KeyedConstraint } from './keyed-constraint.js';
import { leastRecentlyUsed } from './least-recently-used.js';
import { liveness } from './liveness.js';
import { tokenTrie } from './token-trie.js';

export interface ConstrainOptions {
  /** Tokens that are no text, such as those that begin and end sequences: never allowed. Those without bytes never are. */
  readonly special?: readonly number[];
  /** How many masks are kept, those last used; 256 unless given. Each is as long as the vocabulary. */
  readonly cache?: number;
}

/**
 * The tokens that may follow so that the text stays in a language, and can still be completed with tokens of this vocabulary: what
 * `generate` takes as its constraint.
 *
 * `vocabulary[token]` is what the token stands for, a text (then UTF-8) or bytes, which may be a part of a character. The tokens
 * are walked as one tree, once for each state of the automaton that is met; the mask is then kept.
 *
 * It is exact where every byte that occurs in tokens is also a token of its own, as in byte-pair encodings of bytes, if the automaton
 * can leave out what bytes cannot complete ({@link ByteAutomaton.within}; those of this package can). Else it looks for a completion
 * among the nearest 4,096 states: exact too for automata of fewer, such as small expressions and lists of choices. If the search
 * finds neither a completion nor that there is none, the token is allowed, and may lead to a dead end.
 *
 * @example
 * const constraint = constrain(regex(/\d{4}-\d{2}/), ['-', '0', '1', '2', '20', '0-']);
 * constraint.allowed(constraint.start).mask; // 0 1 1 1 1 0
 * @throws GenaiError if no text of the language can be spelled, or if `next` is given a token that may not follow.
 * @source Willard and Louf 2023, "Efficient guided generation for large language models"; the tree as in Koo, Liu, He 2024,
 * "Automata-based constraints for language model decoding".
 */
export function constrain<A>(
  automaton: ByteAutomaton<A>,
  vocabulary: readonly (string | Uint8Array)[],
  { special = [], cache = 256 }: ConstrainOptions = {},
): KeyedConstraint<A> {
  expectIntegers('constrain', { vocabulary: vocabulary.length, cache });
  const spellings = spell(vocabulary, special);
  const { bytes, depths, after, begins, tokens, height } = tokenTrie(spellings);
  const occurs = new Uint8Array(256);
  for (const byte of bytes) occurs[byte] = 1;
  const alone = new Uint8Array(256);
  for (const spelling of spellings) if (spelling.length === 1) alone[spelling[0]!] = 1;

  const { start, next, accepting, key, shortest, within } = automaton.within?.(occurs) ?? automaton;
  const path = new Array<A>(height + 1);
  /** Visits the nodes of the tree where tokens end, and the states there, of all that can be read from a state. */
  const walk = (from: A, visit: (node: number, state: A) => void): void => {
    path[0] = from;
    for (let node = 0; node < bytes.length; ) {
      const depth = depths[node]!;
      const state = next(path[depth - 1]!, bytes[node]!);
      if (state === undefined) {
        node = after[node]!;
        continue;
      }
      path[depth] = state;
      if (begins[node + 1]! > begins[node]!) visit(node, state);
      node++;
    }
  };
  const successors = (from: A): Iterable<A> => {
    const found = new Map<string | number, A>();
    walk(from, (_, state) => found.set(key(state), state));
    return found.values();
  };
  // `within` has left out what the bytes cannot complete; if each can be written alone, nothing more is to be asked.
  const complete = within !== undefined && occurs.every((byte, i) => byte === alone[i]);
  const isLive = liveness(
    { key, accepting, successors, shortest },
    Math.min(MOST_STATES, Math.ceil(MOST_NODES / (bytes.length + 1))),
  );

  const allowed = leastRecentlyUsed(cache, key, (from: A): Allowed => {
    const mask = new Uint8Array(vocabulary.length);
    const allow = (node: number): void => {
      for (let i = begins[node]!; i < begins[node + 1]!; i++) mask[tokens[i]!] = 1;
    };
    if (complete) {
      walk(from, allow);
    } else {
      // Asked afterwards, for the search walks too and there is one path.
      const [nodes, states]: [number[], A[]] = [[], []];
      walk(from, (node, state) => {
        nodes.push(node);
        states.push(state);
      });
      for (const [i, node] of nodes.entries()) if (isLive(states[i]!)) allow(node);
    }
    return { mask, end: accepting(from) };
  });

  const first = allowed(start);
  if (!first.end && !first.mask.includes(1)) {
    throw new GenaiError(
      'constrain: no text of the language can be written with the tokens of this vocabulary. ' +
        'Look for a character that no token holds, or for a rule that never ends.',
    );
  }
  return {
    vocabulary: vocabulary.length,
    start,
    key,
    allowed,
    next: (state, token) => {
      let at: A | undefined = spellings[token]?.length ? state : undefined;
      for (const byte of spellings[token] ?? []) at = at === undefined ? at : next(at, byte);
      if (at !== undefined) return at;
      const shown = JSON.stringify(vocabulary[token] ?? null);
      throw new GenaiError(
        `constrain: token ${token}, ${shown}, may not follow here. Take one of those that 'allowed' allows.`,
      );
    },
  };
}

function spell(vocabulary: readonly (string | Uint8Array)[], special: readonly number[]): Uint8Array[] {
  const encoder = new TextEncoder();
  const spellings = vocabulary.map((token) => (typeof token === 'string' ? encoder.encode(token) : token));
  for (const token of special) {
    if (spellings[token] === undefined) {
      throw new GenaiError(
        `constrain: special token ${token} is not in the vocabulary of ${vocabulary.length}. Leave it out.`,
      );
    }
    spellings[token] = new Uint8Array();
  }
  return spellings;
}

/** How many states one search may visit, and how many nodes of the tree: well below a second. */
const MOST_STATES = 2 ** 12;
const MOST_NODES = 2 ** 23;
