import { GenaiError, type Key, split } from '@genai/core';
import { heUniform } from '@genai/nn';
import { expectShape, linear, scope } from '@genai/tensor';
import { clipByValue, mean, mul, round, softmax, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { cleanResize } from './clean-resize.js';
import { type FeatureMaps, type ImageFeatures, inColour } from './image-features.js';
import { type InceptionParams, inceptionGraph } from './inception-graph.js';
import { type LineMap, lineMap, mapSides } from './map-sides.js';

/** The net whose features FID and KID are measured on. */
export interface InceptionV3 {
  /** Random weights, of which features are those of no published figure. */
  readonly init: (key: Key) => InceptionParams;
  /**
   * From pictures (batch, 299, 299, 3) in [−1, 1] to the maps (batch, rows, columns, channels) that end in 64, 192, 768 and 2048
   * channels, or only to the first `count` of them.
   */
  readonly maps: (params: InceptionParams, pixels: Tensor, count?: number) => readonly Tensor[];
  /** From means of the last maps, (batch, 2048), to (batch, 1008), without their bias, as inception scores are taken. */
  readonly logits: (params: InceptionParams, features: Tensor) => Tensor;
}

/**
 * The graph of the Inception v3 that FID is measured with, that of torch-fidelity and pytorch-fid.
 *
 * @example
 * const params = inceptionFrom(tensors); // the weights of a file
 * const [low] = inceptionV3().maps(params, pixels, 1); // (batch, 73, 73, 64)
 * @source Szegedy et al. 2016, "Rethinking the inception architecture for computer vision".
 */
export function inceptionV3(): InceptionV3 {
  const { stages, filters } = inceptionGraph();
  return {
    init: (key) =>
      scope(() => {
        const keys = split(key, filters.size + 1);
        const layers = [...filters].map(([name, shape], i) => {
          return [name, { weight: heUniform(keys[i]!, shape), bias: zeros([shape[3]]) }] as const;
        });
        const fc = { weight: heUniform(keys.at(-1)!, [WIDTH, CLASSES]), bias: zeros([CLASSES]) };
        return { ...Object.fromEntries(layers), fc };
      }),
    maps: (params, pixels, count = stages.length) =>
      scope(() => {
        expectShape('inceptionV3', pixels, ['batch', SIZE, SIZE, 3]);
        const found: Tensor[] = [];
        for (const stage of stages.slice(0, count)) found.push(stage(params, found.at(-1) ?? pixels));
        return found;
      }),
    logits: (params, features) => linear(features, params.fc!.weight),
  };
}

export interface InceptionFeaturesOptions {
  /** Which features: 2048 unless given, those of FID and KID; 768, 192 or 64 from further down. */
  readonly width?: 64 | 192 | 768 | 2048;
  /** Resizes as clean-fid does, without aliasing; else as TensorFlow 1 and torch-fidelity. The name tells. Default `false`. */
  readonly clean?: boolean;
  /** What tells the weights from others, as the start of their file's hash: it goes into the name. */
  readonly weights?: string;
}

/**
 * Features of Inception v3 with the weights given: named `inception-v3-compat`, `inception-v3-compat-6726825d` with `weights`.
 *
 * A Fréchet distance of them is an FID *only* with the original weights, which this package does not carry: bring their file, see
 * {@link inceptionFrom}. Pixels are rounded to the 256 values that a picture's file holds, as published figures have it, and so
 * `extract` has no useful gradient; `maps` does not round and has one. Pass batches of 16 or so: a picture takes some 30 MB.
 *
 * @example
 * const features = inceptionFeatures(inceptionFrom(tensors), { weights: '6726825d' });
 * const distance = await frechetDistance(features.extract(real), features.extract(generated));
 * @throws GenaiError if there is no such width; when applied, unless images have 1 or 3 channels.
 * @source Heusel et al. 2017, "GANs trained by a two time-scale update rule converge to a local Nash equilibrium"; Parmar et al. 2022,
 * "On aliased resizing and surprising subtleties in GAN evaluation" (`clean`).
 */
export function inceptionFeatures(
  params: InceptionParams,
  { width = WIDTH, clean = false, weights }: InceptionFeaturesOptions = {},
): ImageFeatures & FeatureMaps {
  const net = inceptionV3();
  const count = WIDTHS.indexOf(width) + 1;
  if (count === 0) {
    throw new GenaiError(`inceptionFeatures: got width ${width}, expected one of ${WIDTHS.join(', ')}.`);
  }
  const maps = (bytes: Tensor, stages?: number): readonly Tensor[] => net.maps(params, resized(bytes, clean), stages);
  return {
    name: ['inception-v3-compat', weights, width !== WIDTH && width, clean && 'clean'].filter(Boolean).join('-'),
    width,
    extract: (images) =>
      scope(() => {
        const bytes = clipByValue(round(mul(inColour('inceptionFeatures', images), 255)), 0, 255);
        return mean(maps(bytes, count).at(-1)!, [1, 2]); // (batch, width)
      }),
    maps: (images) => scope(() => maps(mul(inColour('inceptionFeatures', images), 255))),
    ...(width === WIDTH && {
      classes: CLASSES,
      probabilities: (features: Tensor) => scope(() => softmax(net.logits(params, features))), // (batch, 1008)
    }),
  };
}

const SIZE = 299;
const WIDTHS: readonly number[] = [64, 192, 768, 2048];
const WIDTH = 2048;
const CLASSES = 1008;

/** From pixels of 0 to 255 to (batch, 299, 299, 3) in [−1, 1]. */
function resized(bytes: Tensor, clean: boolean): Tensor {
  const [, height, width] = bytes.shape as [number, number, number, number];
  const pixels = clean
    ? clipByValue(cleanResize(bytes, [SIZE, SIZE]), 0, 255) // bicubic weights overshoot
    : mapSides(bytes, betweenPixels(height), betweenPixels(width));
  return mul(sub(pixels, 128), 1 / 128);
}

/** Bilinear as in TensorFlow 1, whose pixels lie at their upper left corners: new pixel i at i · size / 299, in single precision. */
function betweenPixels(size: number): LineMap {
  const step = Math.fround(size / SIZE);
  return lineMap(size, SIZE, (i) => {
    const place = Math.fround(i * step);
    const before = Math.floor(place);
    return [
      [before, 1 - (place - before)],
      [Math.min(before + 1, size - 1), place - before],
    ];
  });
}
