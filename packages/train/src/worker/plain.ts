import { GenaiError, leaves, mapLeaves, type Snapshot, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';

/** A tensor as data: its elements in row-major order. */
export interface PlainTensor {
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** A tree of tensors with plain data in their places. */
export type Plain<S> = S extends Tensor
  ? PlainTensor
  : S extends readonly (infer E)[]
    ? readonly Plain<E>[]
    : { readonly [name in keyof S]: Plain<S[name]> };

/**
 * Reads a snapshot off the engine, into arrays of its own that may be kept, sent or transferred. Wait for it before the next
 * move, which frees the state.
 *
 * @example
 * const kept = await toPlain(run.snapshot());
 * @throws GenaiError if a tensor is of a type that has no array (string, complex64).
 */
export async function toPlain<S extends Tree<Tensor>>({ state, ...rest }: Snapshot<S>): Promise<Snapshot<Plain<S>>> {
  const read = new Map<Tensor, PlainTensor>();
  for (const [path, leaf] of leaves<Tensor>(state)) {
    const { dtype, shape } = leaf;
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
      throw new GenaiError(`toPlain: the tensor at "${path}" is of type ${dtype}, expected float32, int32 or bool.`);
    }
    // A copy always: engines give arrays that they go on using, or views of their memory.
    if (!read.has(leaf)) read.set(leaf, { dtype, shape: [...shape], data: (await leaf.data()).slice() });
  }
  const place = (leaf: Tensor): Tensor => read.get(leaf) as unknown as Tensor; // the form is kept, whatever stands in it
  return { ...rest, state: mapLeaves<Tensor, S>(state, place) as unknown as Plain<S> };
}

/**
 * Makes the tensors of a plain snapshot on the current engine. The caller owns them.
 *
 * @example
 * await using run = train(step, { data, steps: 5_000, key: kept.key, from: fromPlain(kept) });
 * @throws GenaiError if the state holds anything but plain tensors, objects and arrays.
 */
export function fromPlain<S extends Tree<Tensor>>(snapshot: Snapshot<Plain<S>>): Snapshot<S> {
  const { state, ...rest }: Snapshot<unknown> = snapshot;
  const { made } = scope((): { readonly made: object } => ({ made: built(state, '') }));
  return { ...rest, state: made as S };
}

/** The buffers of a plain snapshot, to be transferred. */
export function buffersOf(snapshot: Snapshot<unknown>): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const visit = (node: unknown): void => {
    if (isPlainTensor(node)) found.add(node.data.buffer as ArrayBuffer);
    else if (typeof node === 'object' && node !== null) Object.values(node).forEach(visit);
  };
  visit(snapshot.state);
  return [...found];
}

function built(node: unknown, path: string): Tree<Tensor> {
  if (isPlainTensor(node)) return tensor(node.data.slice(), [...node.shape], node.dtype); // engines keep what they get
  const inside = (name: string): string => (path ? `${path}.${name}` : name);
  if (Array.isArray(node)) return node.map((child, i) => built(child, inside(String(i))));
  if (typeof node === 'object' && node !== null) {
    return Object.fromEntries(Object.entries(node).map(([name, child]) => [name, built(child, inside(name))]));
  }
  throw new GenaiError(`fromPlain: the state holds ${node} at "${path}", expected { dtype, shape, data }.`);
}

function isPlainTensor(node: unknown): node is PlainTensor {
  return typeof node === 'object' && node !== null && 'data' in node && ArrayBuffer.isView(node.data);
}
