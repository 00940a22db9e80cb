import { GenaiError } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Dataset } from '../dataset.js';
import { fromArrays } from '../from-arrays.js';
import { gunzip } from '../gunzip.js';
import { type Idx, parseIdx } from '../parse-idx.js';
import { readBytes } from './files.js';
import { isGzip } from './idx-set.js';

/**
 * The pictures of one IDX file of bytes, (count, height, width) or (count, height, width, channels), compressed or not:
 * (batch, height, width, channels) in [0, 1].
 *
 * `limit` is the most bytes that the file may have, compressed or not (2³⁰ unless given).
 *
 * @example
 * const pictures = await idxImages('data/train-images-idx3-ubyte.gz');
 * @throws GenaiError if the file cannot be read, is damaged, or holds no pictures.
 */
export async function idxImages(
  path: string,
  { limit = 2 ** 30 }: { readonly limit?: number } = {},
): Promise<Dataset<Tensor>> {
  const { data, shape } = await readIdx('idxImages', path, limit);
  expectPictures('idxImages', path, shape, [3, 4]);
  return fromArrays({ data, shape: shape.length === 3 ? [...shape, 1] : shape, as: 'unit' });
}

/** An IDX file of bytes, compressed or not. */
export async function readIdx(where: string, path: string, limit: number): Promise<Idx> {
  const bytes = await readBytes(where, path, { limit });
  const idx = parseIdx(isGzip(bytes) ? await gunzip(bytes, { limit, name: path }) : bytes, path);
  if (!(idx.data instanceof Uint8Array)) {
    throw new GenaiError(`${where}: ${path} holds ${idx.data.constructor.name}, expected bytes.`);
  }
  return idx;
}

/** Pictures without pixels are refused too: a header of 16 bytes could claim four thousand million of them. */
export function expectPictures(where: string, path: string, shape: readonly number[], ranks: readonly number[]): void {
  if (!ranks.includes(shape.length) || shape.slice(1).includes(0)) {
    throw new GenaiError(
      `${where}: ${path} has shape [${shape.join(', ')}], expected pictures: (count, height, width)${ranks.includes(4) ? ' or (count, height, width, channels)' : ''}, none empty.`,
    );
  }
}
