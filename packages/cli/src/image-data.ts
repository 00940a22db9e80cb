import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GenaiError, key } from '@genai/core';
import { batches, type Dataset, holdOut, map } from '@genai/data';
import { digits, fashionMnist, idxFolder, idxImages, imageFolder, type LabelledImages, mnist } from '@genai/data/node';
import { owned } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { suggest } from './nearest.js';
import { UsageError } from './usage-error.js';

/** Images (batch, height, width, channels) in [0, 1], in two parts. */
export interface ImageData {
  readonly kind: 'images';
  readonly train: Dataset<Tensor>;
  readonly test: Dataset<Tensor>;
  readonly shape: readonly [height: number, width: number, channels: number];
  /** The same images with what they show, where the data say it. */
  readonly labelled?: LabelledData;
}

export interface LabelledData {
  readonly train: Dataset<LabelledImages>;
  readonly test: Dataset<LabelledImages>;
  /** How many classes there are. May look through all labels. */
  readonly classes: () => Promise<number>;
}

export interface ImageDataOptions {
  /** Whether a named set that is not on this machine may be fetched. */
  readonly download?: boolean;
  /** Stops a download. */
  readonly signal?: AbortSignal;
}

type Splits = {
  readonly train: Dataset<LabelledImages>;
  readonly test: Dataset<LabelledImages>;
  readonly classes?: readonly string[];
};

const NAMED: { readonly [spec: string]: (options: ImageDataOptions) => Promise<Splits> } = {
  digits: () => digits({ from: import.meta.url }),
  mnist,
  'fashion-mnist': fashionMnist,
};

/**
 * The images that a SPEC names: `digits`, `mnist`, `fashion-mnist`, an IDX file of bytes (gzip or not), a folder with
 * MNIST's four files, or a folder of PNGs.
 *
 * The named sets and the four files have a test part of their own; of others a tenth is held out, always the same.
 *
 * @throws UsageError if the SPEC is neither a name nor a path; GenaiError if the data cannot be had or read.
 */
export async function imageData(spec: string, cwd: string, options: ImageDataOptions = {}): Promise<ImageData> {
  const named = Object.hasOwn(NAMED, spec) ? NAMED[spec] : undefined;
  if (named) {
    return split(
      await named(options).catch((error: unknown) => {
        if (!GenaiError.is(error) || options.download || spec === 'digits') throw error;
        throw new UsageError(
          `${spec} is not on this machine. Add --download to fetch it, or give a folder with its four files.`,
          { cause: error },
        );
      }),
    );
  }
  const path = resolve(cwd, spec);
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw new UsageError(`cannot read the data ${spec}: ${cause.message}`, { cause });
    throw new UsageError(
      `unknown data "${spec}", and no file or folder of that name in ${cwd}. ${suggest(spec, Object.keys(NAMED))}`,
    );
  });
  if (!found.isDirectory()) return heldOut(await idxImages(path));
  const names = await readdir(path).catch((cause: Error) => {
    throw new UsageError(`cannot read the folder ${spec}: ${cause.message}`, { cause });
  });
  const fourFiles = names.some((name) => name.startsWith('train-images-idx3-ubyte'));
  if (fourFiles) return split(await idxFolder(path));
  const { dataset, classes } = await imageFolder(path);
  if (classes.length < 2) return heldOut(images(dataset));
  const parts = parted(dataset);
  return split({ train: parts.train, test: parts.validation, classes });
}

/**
 * The images with their labels.
 *
 * @throws UsageError if the data have none; `what` needs them.
 */
export function labelledOf({ labelled }: ImageData, what: string): LabelledData {
  if (labelled) return labelled;
  throw new UsageError(
    `${what} is given the class of each image, but the data have no labels. Take digits, mnist, fashion-mnist, a folder with ` +
      "MNIST's four files or one with a sub-folder of PNGs for each class, or a model without classes.",
  );
}

/**
 * Sees that data have labels that a model of so many classes knows; one without classes takes any data.
 *
 * @throws UsageError if they have none, or others.
 */
export async function expectLabels(data: ImageData, what: string, classes: number | undefined): Promise<void> {
  if (classes === undefined) return;
  const found = await labelledOf(data, what).classes();
  if (found > classes) {
    throw new UsageError(`the data have ${found} classes, ${what} knows ${classes}. Take data with the same classes.`);
  }
}

const images = (data: Dataset<LabelledImages>): Dataset<Tensor> => map(data, (group) => group.images);

async function split({ train, test, classes }: Splits): Promise<ImageData> {
  const data = await withShape(images(train), images(test));
  const count = async (): Promise<number> =>
    classes?.length ?? 1 + Math.max(await highestLabel(train), await highestLabel(test));
  return { ...data, labelled: { train, test, classes: count } };
}

function heldOut(all: Dataset<Tensor>): Promise<ImageData> {
  const { train, validation } = parted(all);
  return withShape(train, validation);
}

function parted<B>(all: Dataset<B>): { train: Dataset<B>; validation: Dataset<B> } {
  if (all.length < 2) throw new UsageError(`the data has ${all.length} images, expected at least 2: one is held out.`);
  return holdOut(all, { count: Math.ceil(all.length / 10), key: key(0) });
}

async function highestLabel(data: Dataset<LabelledImages>): Promise<number> {
  let highest = 0;
  for await (const { labels } of batches(data, { size: 1_000, epochs: 1, last: 'keep' })) {
    for (const label of await labels.data()) highest = Math.max(highest, label);
  }
  return highest;
}

async function withShape(train: Dataset<Tensor>, test: Dataset<Tensor>): Promise<ImageData> {
  if (train.length === 0 || test.length === 0) {
    throw new UsageError(
      `the data has ${train.length} images to train on and ${test.length} held out. Both need some.`,
    );
  }
  const [shape, heldOut] = [await shapeOf(train), await shapeOf(test)];
  if (String(shape) !== String(heldOut)) {
    throw new UsageError(
      `the data has images of shape [${shape.join(', ')}] to train on and of [${heldOut.join(', ')}] held out. Scale them to one size.`,
    );
  }
  return { kind: 'images', train, test, shape };
}

async function shapeOf(images: Dataset<Tensor>): Promise<ImageData['shape']> {
  using first = owned({ images: await images.read(Uint32Array.of(0)) });
  const [, height, width, channels] = first.images.shape as [number, number, number, number];
  return [height, width, channels];
}
