import { disposeTree, fromBfloat16, fromFloat16, GenaiError, leaves, mapLeaves, type Tree } from '@genai/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { CheckpointMismatchError, type Mismatch } from './checkpoint-mismatch-error.js';
import type { SafetensorsEntry } from './safetensors-dtype.js';

/**
 * A tree of new tensors of the form of `like`, from entries by path.
 *
 * All is compared before the first tensor is made, and what was made is freed if a later one fails.
 *
 * @throws CheckpointMismatchError that lists every path that does not fit.
 */
export function restore<P extends Tree<Tensor>>(
  where: string,
  like: P,
  entries: ReadonlyMap<string, SafetensorsEntry>,
): P {
  const wanted = new Map(leaves<Tensor>(like));
  const found: Mismatch = {
    missing: [...wanted.keys()].filter((path) => !entries.has(path)),
    unexpected: [...entries.keys()].filter((path) => !wanted.has(path)),
    reshaped: [],
    retyped: [],
  };
  for (const [path, { shape, dtype }] of wanted) {
    const entry = entries.get(path);
    if (entry === undefined) continue;
    const [got, expected] = [`[${entry.shape.join(', ')}]`, `[${shape.join(', ')}]`];
    if (got !== expected) found.reshaped.push({ path, got, expected });
    if (!accepts(dtype, entry.dtype)) found.retyped.push({ path, got: entry.dtype, expected: dtype });
  }
  if (Object.values(found).some((list: unknown[]) => list.length > 0)) throw new CheckpointMismatchError(where, found);

  const made: Tensor[] = [];
  try {
    return mapLeaves<Tensor, P>(like, ({ dtype }, path) => {
      const entry = entries.get(path)!;
      const leaf = tensor(valuesOf(`${where}: tensor "${path}"`, entry, dtype), [...entry.shape], dtype);
      made.push(leaf);
      return leaf;
    });
  } catch (error) {
    disposeTree(made);
    throw error;
  }
}

const ACCEPTED: { readonly [dtype: string]: readonly string[] } = {
  float32: ['F32', 'F16', 'BF16', 'F64'],
  int32: ['I32', 'I64', 'U64', 'U32', 'I16', 'U16', 'I8', 'U8'],
  bool: ['BOOL'],
};

function accepts(wanted: string, stored: string): boolean {
  return ACCEPTED[wanted]?.includes(stored) ?? false;
}

/** The elements as the engine wants them, always a copy: the engine may keep the array, and we keep views of a file. */
function valuesOf(
  where: string,
  { dtype, data }: SafetensorsEntry,
  wanted: string,
): Float32Array | Int32Array | Uint8Array {
  if (wanted === 'bool') return (data as Uint8Array).map((value) => (value ? 1 : 0));
  if (wanted === 'float32') {
    if (dtype === 'F16') return fromFloat16(data);
    if (dtype === 'BF16') return fromBfloat16(data);
    return new Float32Array(data as Float32Array | Float64Array);
  }
  if (dtype === 'I32') return new Int32Array(data);
  return Int32Array.from(data as ArrayLike<number | bigint>, (value) => {
    const number = Number(value);
    if (number === (number | 0)) return number;
    throw new GenaiError(`${where} holds ${value}, which does not fit into 32 bits.`);
  });
}
