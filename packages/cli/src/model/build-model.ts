import type { Distribution, Mean, Tree } from '@genai/core';
import { convolutionalVae, denseVae, type Vae, type VaeWithMeans, vae } from '@genai/vae';
import type { Tensor } from '@tensorflow/tfjs-core';
import { UsageError } from '../usage-error.js';
import type { ModelConfig, Parts } from './model-config.js';

/** A model whose parameters are known only as a tree: what a configuration can say. */
export type BuiltModel = VaeWithMeans<Tree<Tensor>>;

/**
 * The model that a configuration describes.
 *
 * @throws UsageError if its networks do not fit the shape of the data, or are larger than any that could be trained.
 */
export function buildModel({ parts, data: { shape } }: Pick<ModelConfig, 'parts' | 'data'>): BuiltModel {
  const { latents } = parts;
  checkSize(parts, shape);
  if (parts.kind === 'dense') return untyped(vae(denseVae({ shape, hidden: parts.hidden, latents })));
  const [size, width, channels] = shape;
  if (size !== width || size % 4 !== 0) {
    throw new UsageError(
      `convolutional parts need square images whose side is a multiple of 4, got ${size} by ${width}. Use the model "vae".`,
    );
  }
  return untyped(vae(convolutionalVae({ size, channels, width: parts.width, hidden: parts.hidden, latents })));
}

/** A file may say anything: it is looked at before a single layer is made. */
function checkSize(parts: Parts, shape: readonly number[]): void {
  const [height, width, channels] = shape as [number, number, number];
  const convolutional = parts.kind === 'convolutional';
  const inner = parts.hidden;
  const inputs = convolutional ? (height / 4) * (width / 4) * 2 * parts.width : height * width * channels;
  const sizes = [inputs, ...inner, 2 * parts.latents];
  // Encoder and decoder are about alike.
  const dense = 2 * sizes.slice(1).reduce((sum, size, i) => sum + size * sizes[i]!, 0);
  const kernels = convolutional ? 60 * parts.width * (parts.width + channels) : 0;
  if (inner.length > MOST_LAYERS || dense + kernels > MOST_PARAMETERS || height * width * channels > MOST_PARAMETERS) {
    throw new UsageError(
      `the model is too large: ${inner.length} layers for images of ${height} × ${width} × ${channels}, about ` +
        `${(dense + kernels).toPrecision(2)} parameters; at most ${MOST_LAYERS} and ${MOST_PARAMETERS.toPrecision(2)} fit. ` +
        'Choose smaller "parts" or smaller images.',
    );
  }
}

/** 1 GiB, and three times that in training. */
const MOST_PARAMETERS = 2 ** 28;
const MOST_LAYERS = 100;

type Known = Distribution<Tensor> & Mean<Tensor>;

/** Forgets the type of the parameters. Sound as long as a model is only given parameters of its own `init`. */
function untyped<P>(model: Vae<P, Known, Known>): BuiltModel {
  return model as unknown as BuiltModel;
}
