import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GenaiError, key } from '@genai/core';
import { type Dataset, holdOut, map } from '@genai/data';
import { digits, fashionMnist, idxFolder, idxImages, imageFolder, type LabelledImages, mnist } from '@genai/data/node';
import { owned } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { suggest } from './nearest.js';
import { UsageError } from './usage-error.js';

/** Images (batch, height, width, channels) in [0, 1], in two parts. */
export interface ImageData {
  readonly train: Dataset<Tensor>;
  readonly test: Dataset<Tensor>;
  readonly shape: readonly [height: number, width: number, channels: number];
}

export interface ImageDataOptions {
  /** Whether a named set that is not on this machine may be fetched. */
  readonly download?: boolean;
  /** Stops a download. */
  readonly signal?: AbortSignal;
}

type Splits = { readonly train: Dataset<LabelledImages>; readonly test: Dataset<LabelledImages> };

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
  return fourFiles ? split(await idxFolder(path)) : heldOut(images((await imageFolder(path)).dataset));
}

const images = (data: Dataset<LabelledImages>): Dataset<Tensor> => map(data, (group) => group.images);

const split = ({ train, test }: Splits): Promise<ImageData> => withShape(images(train), images(test));

function heldOut(all: Dataset<Tensor>): Promise<ImageData> {
  if (all.length < 2) throw new UsageError(`the data has ${all.length} images, expected at least 2: one is held out.`);
  const { train, validation } = holdOut(all, { count: Math.ceil(all.length / 10), key: key(0) });
  return withShape(train, validation);
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
  return { train, test, shape };
}

async function shapeOf(images: Dataset<Tensor>): Promise<ImageData['shape']> {
  using first = owned({ images: await images.read(Uint32Array.of(0)) });
  const [, height, width, channels] = first.images.shape as [number, number, number, number];
  return [height, width, channels];
}
