import { disposeTree, GenaiError, leaves, type Tree, toBfloat16, toFloat16 } from '@genai/core';
import { clone, keep, type Tensor } from '@tensorflow/tfjs-core';
import { isDangerousName, type SafetensorsEntry } from './safetensors-dtype.js';

/** How float32 tensors are written. */
export type SavedFloat = 'F32' | 'F16' | 'BF16';

/** Tensors held for reading, whatever the caller does with its own. */
export interface Captured {
  /** Reads the tensors, one after the other, as entries of a safetensors file by path. */
  readonly read: (options: {
    readonly dtype?: SavedFloat;
    readonly signal?: AbortSignal | undefined;
  }) => Promise<Map<string, SafetensorsEntry>>;
  readonly dispose: () => void;
}

/**
 * Holds the tensors of a tree as they are now. It must be called before the first `await` of whoever saves: training goes
 * on meanwhile, and disposes the state that was handed to us.
 *
 * @throws GenaiError if a tensor cannot be written, or two paths are written alike.
 */
export function capture(where: string, tree: Tree<Tensor>): Captured {
  const paths = new Set<string>();
  const found = leaves<Tensor>(tree);
  for (const [path, leaf] of found) {
    const fault = pathFault(path, paths) ?? tensorFault(leaf);
    if (fault !== undefined) throw new GenaiError(`${where}: the tensor at "${path}" ${fault} and cannot be written.`);
    paths.add(path);
  }
  const held: [string, Tensor][] = [];
  const dispose = (): void => disposeTree(held.splice(0).map(([, tensor]) => tensor));
  try {
    for (const [path, leaf] of found) held.push([path, keep(clone(leaf))]);
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    read: async ({ dtype = 'F32', signal }) => {
      const entries = new Map<string, SafetensorsEntry>();
      for (const [path, tensor] of held) {
        signal?.throwIfAborted();
        entries.set(path, entryOf(tensor, await tensor.data(), dtype));
      }
      signal?.throwIfAborted();
      return entries;
    },
    dispose,
  };
}

function pathFault(path: string, known: ReadonlySet<string>): string | undefined {
  if (known.has(path)) return 'has the path of another (a name with a dot in it?)';
  if (isDangerousName(path)) return 'has a dangerous name';
  if (path === '__metadata__') return 'has a name that the file format keeps for itself';
  return undefined;
}

function tensorFault({ dtype, isDisposed }: Tensor): string | undefined {
  if (isDisposed) return 'has been disposed';
  return dtype === 'string' || dtype === 'complex64' ? `is of type ${dtype}` : undefined;
}

function entryOf(tensor: Tensor, values: Float32Array | Int32Array | Uint8Array, float: SavedFloat): SafetensorsEntry {
  const shape = [...tensor.shape];
  if (tensor.dtype === 'int32') return { dtype: 'I32', shape, data: values as Int32Array };
  if (tensor.dtype === 'bool') return { dtype: 'BOOL', shape, data: values as Uint8Array };
  const data = values as Float32Array;
  if (float === 'F16') return { dtype: 'F16', shape, data: toFloat16(data) };
  if (float === 'BF16') return { dtype: 'BF16', shape, data: toBfloat16(data) };
  return { dtype: 'F32', shape, data };
}
