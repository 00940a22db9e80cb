/** The clothes of this laboratory: 4,000 pictures of Fashion-MNIST (Zalando, MIT licence), as many of each kind. */
import { GenaiError } from '@genai/core';
import { type Dataset, decodePng, fromArrays, map } from '@genai/data';
import { mul, sub, type Tensor } from '@tensorflow/tfjs-core';
import { KINDS, SIDE } from './sizes.js';

/** Pictures in [−1, 1], (batch, 28, 28, 1), and their kinds, int32 (batch). */
export type Clothes = { readonly x: Tensor; readonly context: Tensor };

/** Fetches the sheet and cuts it up: the i-th picture is of the kind i mod 10. */
export async function fetchFashion(): Promise<Dataset<Clothes>> {
  const response = await fetch(new URL('./fashion.png', import.meta.url));
  if (!response.ok) throw new GenaiError(`The clothes could not be fetched: ${response.status} for ${response.url}.`);
  return clothesOf(new Uint8Array(await response.arrayBuffer()));
}

/** The clothes of a sheet: a column for each kind. */
export async function clothesOf(sheet: Uint8Array): Promise<Dataset<Clothes>> {
  const { width, height, data } = await decodePng(sheet, { name: 'fashion.png' });
  const kinds = KINDS.length;
  const count = (width * height) / SIDE ** 2;
  const images = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let kind = 0; kind < kinds; kind++) {
      const from = y * width + kind * SIDE;
      const to = ((Math.floor(y / SIDE) * kinds + kind) * SIDE + (y % SIDE)) * SIDE;
      images.set(data.subarray(from, from + SIDE), to);
    }
  }
  const labels = Int32Array.from({ length: count }, (_, i) => i % kinds);
  const labelled = fromArrays({ images: { data: images, shape: [count, SIDE, SIDE, 1] }, labels });
  return map(labelled, ({ images, labels }) => ({ x: sub(mul(images, 2), 1), context: labels }));
}
