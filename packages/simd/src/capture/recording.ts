import type { DataType } from '@tensorflow/tfjs-core';
import type { CallTensor } from './kernel-call.js';
import { same } from './same.js';

/** Data that a recorded function computed with: one block of the memory for as long as it was the same tensor's. */
export type Block =
  /** Made by the function and computed anew by every replay. */
  | { readonly kind: 'made'; readonly bytes: number }
  /** Written by the host, always the same. */
  | { readonly kind: 'constant'; readonly bytes: number; readonly values: Uint8Array }
  /** Leaf `input` of the inputs. */
  | { readonly kind: 'input'; readonly bytes: number; readonly input: number }
  /** Of a tensor that the function knows from elsewhere. */
  | { readonly kind: 'external'; readonly bytes: number; readonly place: number; readonly dataId: object };

/** A place among operands: a block by its number, and bytes from its start. Block −1 is the place 0, none. */
export type Operand = { readonly block: number; readonly offset: number };

/** From the key of the run by folding in one number after another. */
export type KeyPath = readonly number[];

/** An op of ours. */
export type LaunchEvent = {
  readonly kind: 'launch';
  readonly op: string;
  readonly writes: readonly Operand[];
  readonly reads: readonly Operand[];
  readonly numbers: readonly number[];
  /** Where among the numbers the two words of a key stand, and of which. */
  readonly keys: readonly { readonly at: number; readonly path: KeyPath }[];
};

/** A kernel that was borrowed from the cpu engine. */
export type CallEvent = {
  readonly kind: 'call';
  readonly name: string;
  readonly compute: (params: never) => unknown;
  readonly inputs: unknown;
  readonly attrs: unknown;
  /** What it returned: a tensor of its own, or (undefined) an input under another shape. */
  readonly made: readonly (CallTensor | undefined)[];
  readonly writes: readonly Operand[];
  readonly reads: readonly Operand[];
};

/** A look of the host at numbers, only to throw where they are wrong. */
export type CheckEvent = {
  readonly kind: 'check';
  readonly test: (values: never, ...about: never) => void;
  readonly about: readonly unknown[];
  readonly of: CallTensor;
  readonly writes: readonly Operand[];
  readonly reads: readonly Operand[];
};

/** Fills `into` from numbers where they stand in the memory. */
export type HostFunction = (into: Float32Array, from: readonly Float32Array[]) => void;

/** A tensor that the host fills from the numbers of others. */
export type HostEvent = {
  readonly kind: 'host';
  readonly f: HostFunction;
  readonly into: CallTensor;
  readonly from: readonly CallTensor[];
  readonly writes: readonly Operand[];
  readonly reads: readonly Operand[];
};

export type Event = LaunchEvent | CallEvent | CheckEvent | HostEvent;

/** A leaf of the result. */
export type Output = {
  /** The leaf of the inputs that is this very tensor. */
  readonly input: number | undefined;
  readonly block: number;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** The dtype that the data are stored as. */
  readonly stored: DataType;
  readonly count: number;
};

/** All that one run of a function computed. */
export type Recording = {
  readonly blocks: readonly Block[];
  readonly events: readonly Event[];
  readonly outputs: readonly Output[];
  /** The form of the result, its leaves numbered. */
  readonly form: unknown;
  /** Why a replay would not give what the function gives. */
  readonly problem: string | undefined;
};

/**
 * What two recordings have in common: numbers that only one of them takes for a key are plain numbers. A string tells
 * where they differ by more than the keys of their runs.
 */
export function common(a: Recording, b: Recording): Recording | string {
  if (a.events.length !== b.events.length)
    return `it computed ${a.events.length} ops in one run and ${b.events.length} in the next`;
  for (const [i, block] of a.blocks.entries()) {
    const other = b.blocks[i];
    if (other?.kind === 'constant' && block.kind === 'constant' && !same(block.values, other.values))
      return 'it makes a tensor from numbers of the host that are not the same in every run';
  }
  if (a.blocks.length !== b.blocks.length || !same(a.blocks, b.blocks))
    return 'it computes with other tensors in every run';
  const events: Event[] = [];
  for (const [i, event] of a.events.entries()) {
    const merged = commonEvent(event, b.events[i]!);
    if (!merged) return `op ${i}, ${nameOf(event)}, is not the same in every run`;
    events.push(merged);
  }
  if (!same(a.outputs, b.outputs) || !same(a.form, b.form)) return 'its result has not the same form in every run';
  return { ...a, events };
}

function commonEvent(a: Event, b: Event): Event | undefined {
  if (a.kind !== 'launch' || b.kind !== 'launch') return same(a, b) ? a : undefined;
  const keys = a.keys.filter((key) => b.keys.some((other) => same(key, other)));
  const words = new Set(keys.flatMap(({ at }) => [at, at + 1]));
  const alike =
    a.op === b.op &&
    same(a.writes, b.writes) &&
    same(a.reads, b.reads) &&
    a.numbers.length === b.numbers.length &&
    a.numbers.every((x, i) => words.has(i) || Object.is(x, b.numbers[i]));
  return alike ? { ...a, keys } : undefined;
}

export function nameOf(event: Event): string {
  if (event.kind === 'launch') return event.op;
  if (event.kind === 'call') return event.name;
  return event.kind === 'check' ? 'a check of numbers' : 'a function of the host';
}
