import { fold, type Key, randomPermutation } from '@genai/core';
import { UsageError } from '../usage-error.js';
import type { JudgedSystem, Output } from './read-system.js';

/** Something to be judged: two outputs beside each other, or one alone. */
export interface Showing {
  /** What both are answers to; of outputs that do not belong together the names of both. */
  readonly item: string;
  /** The systems, as one text. */
  readonly group: string;
  /** In the order of the systems' names, not that in which they are shown. */
  readonly sides: readonly Side[];
}

export interface Side {
  readonly system: string;
  readonly output: Output;
}

export interface Showings {
  readonly all: readonly Showing[];
  /** Whether the outputs of a pair are answers to the same. */
  readonly matched: boolean;
}

/**
 * All that can be judged of some systems: one output at a time, or all pairs of systems on the items that all of them have. If they
 * have none in common, outputs are paired at random, each once at least.
 *
 * @throws UsageError if there are too few systems, two of one name, or outputs of several kinds.
 */
export function showingsOf(systems: readonly JudgedSystem[], mode: 'pairs' | 'rate', key: Key): Showings {
  const names = systems.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`two systems are called "${twice}". Give each its own name.`);
  if (mode === 'pairs' && systems.length < 2) {
    throw new UsageError('a comparison takes two systems or more: genai judge a=FOLDER b=FOLDER. To rate one: --rate.');
  }
  const kinds = [...new Set(systems.map(({ outputs }) => outputs[0]!.kind))];
  if (kinds.length > 1) throw new UsageError(`the systems made ${kinds.join(' and ')}. Judge one kind at a time.`);
  const sorted = [...systems].sort((a, b) => (a.name < b.name ? -1 : 1)); // as groupOf does
  if (mode === 'rate') {
    const all = sorted.flatMap(({ name, outputs }) =>
      outputs.map((output) => showing(output.item, { system: name, output })),
    );
    return { all, matched: true };
  }
  const others = sorted.slice(1).map(({ outputs }) => new Set(outputs.map(({ item }) => item)));
  const items = sorted[0]!.outputs.map(({ item }) => item);
  const common = items.filter((item) => others.every((known) => known.has(item)));
  const all = pairsOf(sorted).flatMap(([a, b], i) =>
    common.length > 0 ? matchedPairs(a, b, common) : randomPairs(a, b, fold(key, i)),
  );
  return { all, matched: common.length > 0 };
}

function matchedPairs(a: JudgedSystem, b: JudgedSystem, items: readonly string[]): Showing[] {
  const [ofA, ofB] = [a, b].map(({ outputs }) => new Map(outputs.map((output) => [output.item, output])));
  return items.map((item) =>
    showing(item, { system: a.name, output: ofA!.get(item)! }, { system: b.name, output: ofB!.get(item)! }),
  );
}

function randomPairs(a: JudgedSystem, b: JudgedSystem, key: Key): Showing[] {
  const orders = [a, b].map(({ outputs }, i) => randomPermutation(fold(key, i), outputs.length));
  return Array.from({ length: Math.max(a.outputs.length, b.outputs.length) }, (_, i) => {
    const [first, second] = [a, b].map(({ outputs }, j) => outputs[orders[j]![i % outputs.length]!]!);
    const item = `${first!.item} | ${second!.item}`;
    return showing(item, { system: a.name, output: first! }, { system: b.name, output: second! });
  });
}

function showing(item: string, ...sides: readonly Side[]): Showing {
  return { item, group: groupOf(sides.map(({ system }) => system)), sides };
}

/** Systems as one text, in whatever order they are given. */
export function groupOf(systems: readonly string[]): string {
  return JSON.stringify([...systems].sort());
}

function pairsOf<T>(list: readonly T[]): [T, T][] {
  return list.flatMap((a, i) => list.slice(i + 1).map((b): [T, T] => [a, b]));
}
