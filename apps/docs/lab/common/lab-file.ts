/**
 * The checkpoint of a laboratory as one safetensors file: the whole state of the run by its paths, and in the metadata all else that
 * is needed to go on exactly, with the seed and the options that the laboratory was started with.
 */
import { decodeSafetensors, load, memory, opfs, save } from '@genai/checkpoint';
import { GenaiError, type Key, type Snapshot, type Step, type Tree } from '@genai/core';
import { owned } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';

const FILE = 'model.safetensors';

/** Which laboratory a file is of, and how that was started. */
export interface LabHead<O> {
  readonly lab: string;
  readonly seed: number;
  readonly options: O;
}

/** The bytes of the file. */
export async function encodeLab<O>(head: LabHead<O>, snapshot: Snapshot<Tree<Tensor>>): Promise<Uint8Array> {
  const { step, cursor, key, state } = snapshot;
  const store = memory();
  await save(store, state, { metadata: { genai: JSON.stringify({ ...head, step, cursor, key }) } });
  return (await store.read(FILE))!;
}

/** What the file says of itself. */
export function readLabHead<O>(bytes: Uint8Array, lab: string): LabHead<O> & Omit<Snapshot<never>, 'state'> {
  const { metadata } = decodeSafetensors(bytes, 'this file');
  const head: Partial<LabHead<O> & { key: Key; step: number; cursor: number }> = JSON.parse(metadata.genai ?? '{}');
  if (head.lab !== lab) {
    const found = head.lab === undefined ? 'no laboratory' : `the laboratory "${head.lab}"`;
    throw new GenaiError(`This file is of ${found}; this page opens files of "${lab}".`);
  }
  return head as LabHead<O> & Omit<Snapshot<never>, 'state'>;
}

/** The snapshot to go on from, made on the current engine; `step` says of which form its state is. */
export async function decodeLab<S extends Tree<Tensor>>(
  bytes: Uint8Array,
  lab: string,
  { init }: Pick<Step<S, never, unknown>, 'init'>,
): Promise<Snapshot<S>> {
  const { step, cursor, key } = readLabHead(bytes, lab);
  using like = owned(init(key));
  return { step, cursor, key, state: await load(memory({ [FILE]: bytes }), like as S) };
}

/** Keeps the file in the browser's private file system. */
export async function keepLab(lab: string, bytes: Uint8Array): Promise<void> {
  await opfs(`laboratories/${lab}`).write({ [FILE]: bytes });
}

/** The file that was kept last. */
export async function keptLab(lab: string): Promise<Uint8Array> {
  const bytes = await opfs(`laboratories/${lab}`).read(FILE);
  if (!bytes) throw new GenaiError('Nothing is kept in this browser.');
  return bytes;
}
