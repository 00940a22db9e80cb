import { type Key, sizeOf } from '@genai/core';
import { binarize, type Dataset, fromArrays, map } from '@genai/data';
import { owned } from '@genai/tensor';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';

/** Images (batch, height, width, channels) as vectors (batch, features). */
export function vectors(images: Dataset<Tensor>): Dataset<Tensor> {
  return map(images, (x) => reshape(x, [x.shape[0]!, sizeOf(x.shape.slice(1))]));
}

/** Vectors of 0 and 1, drawn once from intensities and held in memory, a byte each. */
export async function binarizedOnce(intensities: Dataset<Tensor>, key: Key): Promise<Dataset<Tensor>> {
  const drawn = binarize(intensities, { key });
  using all = owned({ x: await drawn.read(Uint32Array.from({ length: drawn.length }, (_, i) => i)) });
  const data = Uint8Array.from(await all.x.data(), (bit) => 255 * bit); // a byte of 255 is read as 1
  return map(fromArrays({ x: { data, shape: all.x.shape } }), ({ x }) => x);
}
