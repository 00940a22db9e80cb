import type { Key } from '@genai/core';
import { nearestNeighbours } from '@genai/eval';
import { owned, scope } from '@genai/tensor';
import { concat, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { ImageData } from '../image-data.js';
import { featuresOfData, featuresOfImages, spread } from '../model/feature-rows.js';
import { pixelFeatures } from '../model/features.js';
import type { Params, Trainable } from '../model/trainable.js';
import { gridPng } from '../render/grid-png.js';

/** Samples in the grid, and those of them that are set above the nearest training image. */
const SAMPLES = 64;
const COMPARED = 16;
/** Of them in a row. */
const COLUMNS = 8;

/** What a trained generator makes, as two PNG files: a grid, and samples each above the training image nearest to it. */
export async function lastPictures(
  trainable: Trainable,
  params: Params,
  { data, key }: { readonly data: ImageData; readonly key: Key },
): Promise<{ readonly samples: Uint8Array; readonly nearest: Uint8Array }> {
  const { train, shape } = data;
  const features = pixelFeatures(shape);
  using drawn = owned({ images: scope(() => trainable.draw(params, key, { count: SAMPLES })) });
  using shown = owned({ images: scope(() => slice(drawn.images, [0], [COMPARED])) });
  const known = await featuresOfData(train, spread(train.length, train.length), features);
  const found = await nearestNeighbours(await featuresOfImages(shown.images, features), known, 1);
  using nearest = owned({ images: await train.read(Uint32Array.from(found, ({ indices }) => indices[0]!)) });
  return {
    samples: await gridPng(() => slice(drawn.images, [0], [SAMPLES]), COLUMNS),
    nearest: await gridPng(() => above(shown.images, nearest.images), COLUMNS),
  };
}

/** Rows of tiles in turn: eight of `top`, the same eight of `bottom`, the next eight of `top`, … */
function above(top: Tensor, bottom: Tensor): Tensor {
  const cut = (x: Tensor, row: number): Tensor => slice(x, [row * COLUMNS], [COLUMNS]);
  const rows = top.shape[0]! / COLUMNS;
  return concat(Array.from({ length: rows }, (_, row) => [cut(top, row), cut(bottom, row)]).flat(), 0);
}
