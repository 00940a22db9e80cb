import type { Dataset } from '@genai/data';
import { owned, scope } from '@genai/tensor';
import { slice, type Tensor } from '@tensorflow/tfjs-core';
import type { Features } from './features.js';

/** Features on the host, one row for each image. */
export type FeatureRows = readonly Float32Array[];

/** Looked at together. */
const ROWS = 256;

/** The features of images (count, height, width, channels), which stay their owner's. */
export async function featuresOfImages(images: Tensor, features: Features): Promise<FeatureRows> {
  const rows: Float32Array[] = [];
  const count = images.shape[0]!;
  for (let first = 0; first < count; first += ROWS) {
    using part = owned({ x: scope(() => slice(images, [first], [Math.min(ROWS, count - first)])) });
    using found = owned({ x: await features.of(part.x) });
    const values = (await found.x.data()) as Float32Array;
    const width = found.x.shape[1]!;
    for (let at = 0; at < values.length; at += width) rows.push(values.slice(at, at + width));
  }
  return rows;
}

/** The features of the images of a data set with these numbers. */
export async function featuresOfData(
  images: Dataset<Tensor>,
  indices: Uint32Array,
  features: Features,
  signal?: AbortSignal,
): Promise<FeatureRows> {
  const rows: Float32Array[] = [];
  for (let first = 0; first < indices.length; first += ROWS) {
    signal?.throwIfAborted();
    using part = owned({ x: await images.read(indices.subarray(first, first + ROWS)) });
    rows.push(...(await featuresOfImages(part.x, features)));
  }
  return rows;
}

/** At most `count` numbers of examples, evenly spread: data often stand in the order of their classes. */
export function spread(length: number, count: number): Uint32Array {
  const taken = Math.min(count, length);
  return Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * length) / taken));
}
