import { GenaiError } from '@genai/core';
import { type KeyValueCache, scope } from '@genai/tensor';
import { add, clone, concat, fill, scalar, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';

/**
 * What a transformer carries from token to token: keys and values of each block. Without `behind` they are just those of the
 * tokens behind, and grow; with it they have room for more (see `reserve`), and it counts the tokens of each row.
 */
export type TransformerState = {
  readonly blocks: readonly KeyValueCache[];
  readonly behind?: Tensor;
  /** What a conditional one attends to. */
  readonly memory?: MemoryState;
};

/** A memory as each block has it, keys and values (batch, length, keyHeads · headWidth), and what of it is seen, (batch, length). */
export type MemoryState = { readonly blocks: readonly KeyValueCache[]; readonly mask?: Tensor };

/** The state with room for `room` positions of each row. What it has room for already stays. */
export function reserved({ blocks, behind, memory }: TransformerState, room: number): TransformerState {
  const has = blocks[0]!.keys.shape[1]!;
  const batch = blocks[0]!.keys.shape[0]!;
  const more = behind && has >= room ? 0 : Math.max(0, room - has);
  const wider = (x: Tensor): Tensor => (more ? concat([x, zeros([batch, more, x.shape[2]!])], 1) : add(x, 0)); // copied: what has room may be written into
  return scope(() => ({
    blocks: blocks.map(({ keys, values }) => ({ keys: wider(keys), values: wider(values) })),
    behind: behind ? clone(behind) : fill([batch], has, 'int32'),
    ...(memory && { memory: clonedMemory(memory) }),
  }));
}

/** The state after `time` positions more. */
export function moved(
  { behind, memory }: TransformerState,
  blocks: readonly KeyValueCache[],
  time: number,
): TransformerState {
  if (behind) return { blocks, behind: add(behind, scalar(time, 'int32')), ...(memory && { memory }) };
  // A state without room stays its caller's, and so does its memory.
  return { blocks, ...(memory && { memory: clonedMemory(memory) }) };
}

/** The state as it was `count` positions before. @throws GenaiError if it has no room. */
export function rewound({ blocks, behind, memory }: TransformerState, count: number): TransformerState {
  if (!behind)
    throw new GenaiError('transformer: a state can be rewound only if it has room. Use what `reserve` gave.');
  return { blocks, behind: sub(behind, scalar(count, 'int32')), ...(memory && { memory }) };
}

/** How many positions are behind: a number in a state without room, else (batch) of int32. */
export function positionsBehind({ blocks, behind }: TransformerState): Tensor | number {
  return behind ?? blocks[0]!.keys.shape[1]!;
}

/** What can be seen without reading a tensor: a state with room is checked by who reserves it. */
export function expectRoom(state: TransformerState, time: number, context: number): void {
  const behind = positionsBehind(state);
  const all = (typeof behind === 'number' ? behind : 0) + time;
  if (all <= context) return;
  throw new GenaiError(
    `transformer: ${all} positions are more than the context of ${context}. Pass fewer tokens, or make a model of a longer context.`,
  );
}

function clonedMemory({ blocks, mask }: MemoryState): MemoryState {
  return {
    blocks: blocks.map(({ keys, values }) => ({ keys: clone(keys), values: clone(values) })),
    ...(mask && { mask: clone(mask) }),
  };
}
