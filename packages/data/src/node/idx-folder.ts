import { join } from 'node:path';
import { GenaiError } from '@genai/core';
import type { Dataset } from '../dataset.js';
import type { Idx } from '../parse-idx.js';
import { exists } from './files.js';
import { expectPictures, readIdx } from './idx-images.js';
import { labelled } from './idx-set.js';
import type { LabelledImages } from './labelled-images.js';

/**
 * Any set of pictures in MNIST's four files (`train-images-idx3-ubyte`, … with or without `.gz`), such as KMNIST: grey
 * bytes of one size, and labels.
 *
 * `limit` is the most bytes that one file may have, compressed or not (2³⁰ unless given).
 *
 * @example
 * const { train, test } = await idxFolder('data/kmnist');
 * @throws GenaiError if a file is missing or damaged, or pictures and labels do not go together.
 */
export async function idxFolder(
  folder: string,
  { limit = 2 ** 30 }: { readonly limit?: number } = {},
): Promise<{ train: Dataset<LabelledImages>; test: Dataset<LabelledImages> }> {
  return { train: await half(folder, 'train', limit), test: await half(folder, 't10k', limit) };
}

async function half(folder: string, half: 'train' | 't10k', limit: number): Promise<Dataset<LabelledImages>> {
  const images = await read(folder, `${half}-images-idx3-ubyte`, limit);
  const labels = await read(folder, `${half}-labels-idx1-ubyte`, limit);
  expectPictures('idxFolder', join(folder, `${half}-images-idx3-ubyte`), images.shape, [3]);
  if (labels.shape.length !== 1 || images.shape[0] !== labels.shape[0]) {
    throw new GenaiError(
      `idxFolder: ${half} pictures and labels in ${folder} have shapes [${images.shape.join(', ')}] and [${labels.shape.join(', ')}], expected (count, height, width) and (count).`,
    );
  }
  return labelled(images, labels);
}

async function read(folder: string, file: string, limit: number): Promise<Idx> {
  const plain = join(folder, file);
  return readIdx('idxFolder', (await exists(plain)) ? plain : `${plain}.gz`, limit);
}
