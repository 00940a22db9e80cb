import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { tensor1d } from '@tensorflow/tfjs-core';
import { gatherRows } from '../column.js';
import type { Dataset } from '../dataset.js';
import { decodePng } from '../decode-png.js';
import { expectIndices } from '../expect.js';
import { messageOf } from '../inflate.js';
import { withChannels } from '../picture.js';
import { type PngHeader, pngHeader } from '../png-chunks.js';
import { readBytes } from './files.js';
import type { LabelledImages } from './labelled-images.js';

/** The pictures of a folder. */
export interface ImageFolder {
  readonly dataset: Dataset<LabelledImages>;
  /** Names of the sub-folders in the order of their numbers. */
  readonly classes: readonly string[];
  /** Height, width and channels of every picture. */
  readonly shape: readonly [height: number, width: number, channels: number];
}

/**
 * The PNG files of a folder, in the order of their names. Sub-folders are classes; pictures that lie in the folder
 * itself make one class with its name.
 *
 * All pictures must have one size. They are decoded as they are read, and kept as bytes as long as all of them together
 * fit into `memory` bytes (2³⁰ unless given). `channels` is 1 if all are grey and 3 otherwise, unless given.
 *
 * @example
 * const { dataset, classes, shape } = await imageFolder('data/pets'); // data/pets/cat/*.png, data/pets/dog/*.png
 * const data = prefetch(batches(dataset, { size: 64, key: key(0) }));
 * @throws GenaiError if there are no pictures, they differ in size, or, on reading, one is damaged.
 */
export async function imageFolder(
  path: string,
  options: { readonly channels?: 1 | 3 | 4; readonly memory?: number } = {},
): Promise<ImageFolder> {
  const { files, classes } = await list(path);
  const headers = await inTurns(files.map((file) => () => header(file.path)));
  const { width, height } = headers[0]!;
  for (const [i, other] of headers.entries()) {
    if (other.width !== width || other.height !== height) {
      throw new GenaiError(
        `imageFolder: ${files[i]!.path} is ${other.width} × ${other.height}, ${files[0]!.path} is ${width} × ${height}. Scale the pictures to one size first.`,
      );
    }
  }
  const channels = options.channels ?? (headers.every(({ colour }) => colour === 0 || colour === 4) ? 1 : 3);
  const row = height * width * channels;
  const kept: (Uint8Array | undefined)[] | undefined =
    files.length * row <= (options.memory ?? 2 ** 30) ? [] : undefined;
  const pixels = async (index: number): Promise<Uint8Array> => {
    const before = kept?.[index];
    if (before) return before;
    const file = files[index]!.path;
    const limit = width * height;
    const bytes = await readBytes('imageFolder', file, { limit: MOST_BYTES });
    const picture = withChannels(await decodePng(bytes, { name: file, limit }), channels);
    if (picture.data.length !== row || picture.width !== width) {
      throw new GenaiError(`imageFolder: ${file} is no longer ${width} × ${height}. Open the folder anew.`);
    }
    if (kept) kept[index] = picture.data;
    return picture.data;
  };
  return {
    classes,
    shape: [height, width, channels],
    dataset: {
      length: files.length,
      read: async (indices) => {
        expectIndices('imageFolder', indices, files.length);
        const rows = await inTurns(Array.from(indices, (index) => () => pixels(index)));
        return scope(() => ({
          images: gatherRows('unit', [rows.length, height, width, channels], row, (i) => [rows[i]!, 0]),
          labels: tensor1d(
            Int32Array.from(indices, (index) => files[index]!.label),
            'int32',
          ),
        }));
      },
    },
  };
}

interface File {
  readonly path: string;
  readonly label: number;
}

async function list(path: string): Promise<{ files: readonly File[]; classes: readonly string[] }> {
  const { pictures, folders } = await entries(path);
  if (pictures.length > 0) {
    return {
      files: pictures.map((name) => ({ path: join(path, name), label: 0 })),
      classes: [basename(resolve(path))],
    };
  }
  const files: File[] = [];
  const classes: string[] = [];
  for (const folder of folders) {
    const inside = await entries(join(path, folder));
    if (inside.pictures.length === 0) continue;
    for (const name of inside.pictures) files.push({ path: join(path, folder, name), label: classes.length });
    classes.push(folder);
  }
  if (files.length === 0) {
    throw new GenaiError(`imageFolder: there are no .png files in ${path} or its sub-folders. Check the path.`);
  }
  return { files, classes };
}

async function entries(path: string): Promise<{ pictures: string[]; folders: string[] }> {
  try {
    const found = await readdir(path, { withFileTypes: true });
    const named = found.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
    return {
      pictures: named.filter((entry) => !entry.isDirectory() && /\.png$/i.test(entry.name)).map(({ name }) => name),
      folders: named.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    };
  } catch (error) {
    throw new GenaiError(`imageFolder: cannot read ${path} (${messageOf(error)}). Check the path.`, { cause: error });
  }
}

async function header(path: string): Promise<PngHeader> {
  const head = await readBytes('imageFolder', path, { limit: MOST_BYTES, head: 33 });
  return pngHeader(head, path, 2 ** 26);
}

/** Runs the tasks a few at a time, so that a large folder does not open all its files at once. */
async function inTurns<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = new Array(tasks.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < tasks.length) {
      const i = next++;
      results[i] = await tasks[i]!();
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return results;
}

/** More than a picture of 2²⁶ pixels, the most that is decoded, can need. */
const MOST_BYTES = 2 ** 30;
