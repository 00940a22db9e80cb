import { GenaiError } from '@genai/core';
import type { ByteAutomaton } from './byte-automaton.js';
import { refuseLeftRecursion } from './left-recursion.js';
import type { Network } from './network.js';
import { shortestEnds } from './shortest-ends.js';

/** The ways in which a text can be read so far: the state of regular expressions, grammars and schemas. */
export interface Readings {
  /** Readings of one automaton are equal if their numbers are. */
  readonly id: number;
  readonly stacks: readonly Stack[];
  /** Whether one of the ways has come to its end. */
  readonly accepting: boolean;
}

/** A node, and the nodes to which the rules return that are open. Immutable, shared, one object for each content. */
interface Stack {
  readonly id: number;
  readonly node: number;
  readonly rest: Stack | undefined;
  /** The fewest bytes that end it. */
  readonly shortest: number;
}

/**
 * The pushdown automaton of a network, on sets of stacks so that every reading is followed at once, determinised as it is used:
 * a state that was seen before costs a look-up. For a network without recursion it is the usual deterministic automaton.
 *
 * @throws GenaiError if a rule is left recursive, or, when reading, if a text has more than 2¹³ readings at once.
 */
export function automatonOf(where: string, network: Network): ByteAutomaton<Readings> {
  refuseLeftRecursion(where, network);
  return determinised(where, network, new Uint8Array(256).fill(1));
}

function determinised(where: string, network: Network, alphabet: Uint8Array): ByteAutomaton<Readings> {
  const shortest = shortestEnds(network, alphabet);
  const starts = network.rules.map(({ start }) => start);
  // What cannot be completed is left out, so that every stack that is made can be.
  const nodes = network.nodes.map(({ bytes, empty, calls, ends }) => ({
    bytes: bytes.filter(({ next }) => shortest[next]! < Number.POSITIVE_INFINITY),
    empty: empty.filter((next) => shortest[next]! < Number.POSITIVE_INFINITY),
    calls: calls.filter(({ rule, next }) => shortest[starts[rule]!]! + shortest[next]! < Number.POSITIVE_INFINITY),
    ends,
  }));
  let count = 0;
  const stacks = new Map<number, Stack>();
  const known = new Map<string, Readings>();
  const moves = new Map<Readings, (Readings | null)[]>();

  const stack = (node: number, rest: Stack | undefined): Stack => {
    const name = (rest ? rest.id + 1 : 0) * nodes.length + node;
    let found = stacks.get(name);
    if (!found) {
      found = { id: count++, node, rest, shortest: shortest[node]! + (rest?.shortest ?? 0) };
      stacks.set(name, found);
    }
    return found;
  };
  /** All that can be reached from the stacks without reading: those that read next. */
  const settle = (open: Stack[]): Readings => {
    const seen = new Set<Stack>();
    const reading: Stack[] = [];
    let accepting = false;
    for (let at = open.pop(); at; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const { bytes, empty, calls, ends } = nodes[at.node]!;
      if (bytes.length > 0) reading.push(at);
      for (const next of empty) open.push(stack(next, at.rest));
      for (const { rule, next } of calls) {
        // A call that is the last thing a rule does needs no return: lists that recur on the right do not grow the stack.
        open.push(stack(starts[rule]!, nodes[next]!.ends ? at.rest : stack(next, at.rest)));
      }
      if (ends && at.rest) open.push(at.rest);
      else if (ends) accepting = true;
    }
    if (reading.length > MOST_READINGS) {
      throw new GenaiError(
        `${where}: the text can be read in more than ${MOST_READINGS} ways. Make the rules less ambiguous: ` +
          'write what alternatives have in common once, before them.',
      );
    }
    const ids = reading.map(({ id }) => id).sort((a, b) => a - b);
    const name = `${ids.join()}${accepting}`;
    let readings = known.get(name);
    if (!readings) {
      readings = { id: count++, stacks: reading, accepting };
      known.set(name, readings);
    }
    return readings;
  };
  const read = (readings: Readings, byte: number): Readings | null => {
    const open: Stack[] = [];
    for (const at of readings.stacks) {
      for (const { from, to, next } of nodes[at.node]!.bytes) {
        if (from <= byte && byte <= to) open.push(stack(next, at.rest));
      }
    }
    return open.length > 0 ? settle(open) : null;
  };

  // Walks over many tokens ask for one state again and again: the last is at hand.
  let [last, lastMoves]: [Readings | undefined, (Readings | null)[]] = [undefined, []];
  const movesFrom = (readings: Readings): (Readings | null)[] => {
    if (readings === last) return lastMoves;
    let found = moves.get(readings);
    if (!found) {
      // Forgetting is harmless: a state that is met again only gets another number.
      if (moves.size >= MOST_STATES || stacks.size >= MOST_STACKS) {
        for (const table of [stacks, known, moves]) table.clear();
      }
      found = [];
      moves.set(readings, found);
    }
    [last, lastMoves] = [readings, found];
    return found;
  };

  const root = starts[0]!;
  return {
    start: settle(shortest[root]! < Number.POSITIVE_INFINITY ? [stack(root, undefined)] : []),
    next: (readings, byte) => {
      const found = movesFrom(readings);
      const seen = found[byte];
      if (seen !== undefined) return seen ?? undefined;
      const next = alphabet[byte] === 1 ? read(readings, byte) : null;
      found[byte] = next;
      return next ?? undefined;
    },
    accepting: (readings) => readings.accepting,
    key: (readings) => readings.id,
    shortest: ({ accepting, stacks }) => (accepting ? 0 : Math.min(...stacks.map((at) => at.shortest))),
    within: (only) => determinised(where, network, only),
  };
}

const MOST_READINGS = 2 ** 13;
const MOST_STATES = 2 ** 13;
const MOST_STACKS = 2 ** 18;
