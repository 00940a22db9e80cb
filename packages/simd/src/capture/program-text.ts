import type { Machine } from '../machine.js';
import { constantEvents } from './constant-events.js';
import { filledConstants } from './filled-constants.js';
import { type Lifetime, planMemory } from './plan-memory.js';
import type { CallEvent, CheckEvent, Event, HostEvent, KeyPath, Operand, Recording } from './recording.js';
import { withoutUnused } from './without-unused.js';
import { writtenConstants } from './written-constants.js';

/** Operands that lie in the same block of a replay: which words of the list, and how far into the block they point. */
export type Uses = { readonly words: number[]; readonly offsets: number[] };

/** What a block of the recording is in a replay. */
export type Home =
  | { readonly kind: 'arena'; readonly offset: number }
  | { readonly kind: 'constants'; readonly offset: number }
  | { readonly kind: 'input'; readonly input: number }
  | { readonly kind: 'external'; readonly place: number; readonly dataId: object }
  | { readonly kind: 'output'; readonly output: number };

/** A part of the list that runs without a pause, a borrowed kernel, a check, or a function of the host. */
export type Part = { readonly start: number; readonly end: number } | CallEvent | CheckEvent | HostEvent;

/** A recording as the list that `run_list` of kernels/run.c computes, and all that a replay must fill in. */
export type ProgramText = {
  readonly words: Int32Array;
  readonly parts: readonly Part[];
  readonly homes: readonly (Home | undefined)[];
  readonly arenaBytes: number;
  /** The words at the list's start that are computed once. */
  readonly once: number;
  readonly constants: Uint8Array;
  readonly arena: Uses;
  readonly fixed: Uses;
  readonly inputs: ReadonlyMap<number, Uses>;
  /** Which of the outputs holds a block of the recording. */
  readonly results: ReadonlyMap<number, number>;
  /** New blocks that come out: their sizes, their uses, and a leaf of the result that is one. */
  readonly outputs: readonly { readonly bytes: number; readonly uses: Uses; readonly leaf: number }[];
  readonly externals: readonly { readonly place: number; readonly dataId: object }[];
  readonly keys: readonly { readonly path: KeyPath; readonly words: readonly number[] }[];
};

/** Lays out a recording. */
export function programText(recorded: Recording, machine: Machine): ProgramText {
  const recording = filledConstants(writtenConstants(recorded));
  const { blocks } = recording;
  const needed = withoutUnused(recording);
  const once = constantEvents(recording, needed);
  const events = [...once, ...needed.filter((event) => !once.has(event))];
  // A constant that is a result must be a new tensor each time: copy it.
  const results = new Map<number, number>(); // output block of each block of the recording
  const outputs: { bytes: number; uses: Uses; leaf: number }[] = [];
  const extra: { from: number; to: number; bytes: number }[] = [];
  for (const [leaf, { block }] of recording.outputs.entries()) {
    const { kind, bytes } = blocks[block]!;
    if (results.has(block) || kind === 'input' || kind === 'external') continue;
    results.set(block, outputs.length);
    if (kind === 'constant') extra.push({ from: block, to: outputs.length, bytes });
    outputs.push({ bytes, uses: uses(), leaf });
  }
  const { homes, arenaBytes, constants } = settle(recording, events, results, once);

  const arena = uses();
  const fixed = uses();
  const inputs = new Map<number, Uses>();
  const keys = new Map<string, { path: KeyPath; words: number[] }>();
  const words: number[] = [];
  const parts: Part[] = [];
  let start = 0;
  let onceWords = 0;
  const note = ({ block, offset }: Operand): void => {
    const home = block < 0 ? undefined : homes[block]!;
    const at = words.push(0) - 1;
    if (!home) return;
    if (home.kind === 'arena') use(arena, at, home.offset + offset);
    else if (home.kind === 'constants') use(fixed, at, home.offset + offset);
    else if (home.kind === 'external') words[at] = home.place + offset;
    else if (home.kind === 'output') use(outputs[home.output]!.uses, at, offset);
    else {
      const found = inputs.get(home.input) ?? uses();
      inputs.set(home.input, found);
      use(found, at, offset);
    }
  };
  for (const [i, event] of events.entries()) {
    if (i === once.size) start = onceWords = words.length;
    if (event.kind !== 'launch') {
      if (words.length > start) parts.push({ start, end: words.length });
      parts.push(event);
      start = words.length;
      continue;
    }
    const { op, writes, reads, numbers } = event;
    words.push(1 + writes.length + reads.length + numbers.length, machine.codeOf(op));
    for (const operand of writes) note(operand);
    for (const operand of reads) note(operand);
    for (const { at, path } of event.keys) {
      const name = path.join();
      const found = keys.get(name) ?? { path, words: [] };
      keys.set(name, found);
      found.words.push(words.length + at);
    }
    words.push(...numbers);
  }
  if (events.length === once.size) start = onceWords = words.length;
  for (const { from, to, bytes } of extra) {
    words.push(4, machine.codeOf('copy'));
    use(outputs[to]!.uses, words.push(0) - 1, 0);
    note({ block: from, offset: 0 });
    words.push(bytes);
  }
  if (words.length > start) parts.push({ start, end: words.length });
  return {
    words: Int32Array.from(words),
    parts,
    homes,
    arenaBytes,
    once: onceWords,
    constants,
    arena,
    fixed,
    inputs,
    results,
    outputs,
    externals: homes.filter((home) => home?.kind === 'external'),
    keys: [...keys.values()],
  };
}

/** Gives every block that is used a home. */
function settle(
  { blocks, outputs }: Recording,
  events: readonly { readonly writes: readonly Operand[]; readonly reads: readonly Operand[] }[],
  results: ReadonlyMap<number, number>,
  once: ReadonlySet<Event>,
): { homes: (Home | undefined)[]; arenaBytes: number; constants: Uint8Array } {
  const lives = new Map<number, Lifetime>(); // in the order of the blocks' first uses
  for (const [i, { writes, reads }] of events.entries()) {
    for (const { block } of [...writes, ...reads]) {
      if (block < 0) continue;
      lives.set(block, { bytes: blocks[block]!.bytes, first: lives.get(block)?.first ?? i, last: i });
    }
  }
  for (const { block } of outputs) if (!lives.has(block)) lives.set(block, { bytes: 0, first: 0, last: 0 });
  const homes: (Home | undefined)[] = blocks.map(() => undefined);
  const spaces: Space[] = [];
  const written: { offset: number; values: Uint8Array }[] = [];
  let constantBytes = 0;
  const computedOnce = new Set([...once].flatMap(({ writes }) => writes.map(({ block }) => block)));
  for (const [block, life] of lives) {
    const origin = blocks[block]!;
    const output = results.get(block);
    if (origin.kind === 'input') homes[block] = { kind: 'input', input: origin.input };
    else if (origin.kind === 'external')
      homes[block] = { kind: 'external', place: origin.place, dataId: origin.dataId };
    else if (origin.kind === 'constant' || computedOnce.has(block)) {
      homes[block] = { kind: 'constants', offset: constantBytes };
      if (origin.kind === 'constant') written.push({ offset: constantBytes, values: origin.values });
      constantBytes += Math.max(64, Math.ceil(origin.bytes / 64) * 64);
    } else if (output !== undefined) homes[block] = { kind: 'output', output };
    else spaces.push({ block, life });
  }
  const inArena = lodge(spaces, homes, results, blocks, lives);
  const plan = planMemory(inArena.map(({ life }) => life));
  for (const [i, { block }] of inArena.entries()) homes[block] = { kind: 'arena', offset: plan.offsets[i]! };
  const constants = new Uint8Array(constantBytes);
  for (const { offset, values } of written) constants.set(values, offset);
  return { homes, arenaBytes: plan.bytes, constants };
}

type Space = { readonly block: number; readonly life: Lifetime };

/**
 * Lets large tensors stand in the blocks of results that are not written yet: results have their blocks from the start,
 * and a plain run would use that memory for the tensors of the backward pass.
 *
 * @returns the spaces that need room in the arena.
 */
function lodge(
  spaces: readonly Space[],
  homes: (Home | undefined)[],
  results: ReadonlyMap<number, number>,
  blocks: Recording['blocks'],
  lives: ReadonlyMap<number, Lifetime>,
): Space[] {
  const hosts = [...results]
    .filter(([block]) => blocks[block]!.kind === 'made' && blocks[block]!.bytes >= LARGE)
    .map(([block, output]) => ({
      bytes: blocks[block]!.bytes,
      output,
      until: lives.get(block)!.first,
      guests: [] as Lifetime[],
    }))
    .sort((a, b) => a.bytes - b.bytes);
  const left = new Set(spaces);
  for (const space of [...spaces].sort((a, b) => b.life.bytes - a.life.bytes)) {
    const { bytes, first, last } = space.life;
    if (bytes < LARGE) break;
    const host = hosts.find(
      (host) =>
        host.bytes >= bytes &&
        last < host.until &&
        host.guests.every((guest) => guest.last < first || guest.first > last),
    );
    if (!host) continue;
    host.guests.push(space.life);
    homes[space.block] = { kind: 'output', output: host.output };
    left.delete(space);
  }
  return [...left];
}

/** Smaller tensors stay together in the arena, which caches like better. */
const LARGE = 2 ** 20;

function uses(): Uses {
  return { words: [], offsets: [] };
}

function use(uses: Uses, word: number, offset: number): void {
  uses.words.push(word);
  uses.offsets.push(offset);
}
