import { leaves, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { UsageError } from '../usage-error.js';
import { inPlace } from './in-place.js';
import { safetensorsPieces } from './safetensors-pieces.js';
import { bytesOf } from './tensor-bytes.js';
import type { WriteOptions } from './write-options.js';
import { writePieces } from './write-pieces.js';

/** Writes the parameters of any model under the names they have here. */
export async function writeSafetensors(
  params: Tree<Tensor>,
  { path, shown, type, signal, onBytes }: WriteOptions,
): Promise<readonly string[]> {
  const held = leaves<Tensor>(params);
  const other = held.find(([, { dtype }]) => dtype !== 'float32');
  if (other) throw new UsageError(`the parameter "${other[0]}" is of ${other[1].dtype}, not of float32.`);
  const dtype = type === 'f16' ? 'F16' : 'F32';
  const tensors = held.map(([name, leaf]) => {
    return { name, shape: leaf.shape, values: async () => (await leaf.data()) as Float32Array };
  });
  const all = bytesOf(tensors, dtype);
  await inPlace(path, shown, (temporary) =>
    writePieces(temporary, safetensorsPieces(tensors, { dtype, metadata: { format: 'pt' } }), {
      signal,
      onBytes: (written) => onBytes(Math.min(written, all), all),
    }),
  );
  return [shown];
}
