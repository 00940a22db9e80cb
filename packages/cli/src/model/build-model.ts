import type { Distribution, Mean, Tree } from '@genai/core';
import { convolutionalVae, denseVae, type Vae, type VaeWithMeans, vae } from '@genai/vae';
import type { Tensor } from '@tensorflow/tfjs-core';
import { UsageError } from '../usage-error.js';
import type { ModelConfig } from './model-config.js';

/** A model whose parameters are known only as a tree: what a configuration can say. */
export type BuiltModel = VaeWithMeans<Tree<Tensor>>;

/**
 * The model that a configuration describes.
 *
 * @throws UsageError if its networks do not fit the shape of the data.
 */
export function buildModel({ parts, data: { shape } }: Pick<ModelConfig, 'parts' | 'data'>): BuiltModel {
  const { latents } = parts;
  if (parts.kind === 'dense') return untyped(vae(denseVae({ shape, width: parts.width, latents })));
  const [size, width, channels] = shape;
  if (size !== width || size % 4 !== 0) {
    throw new UsageError(
      `convolutional parts need square images whose side is a multiple of 4, got ${size} by ${width}. Use the model "vae".`,
    );
  }
  return untyped(vae(convolutionalVae({ size, channels, width: parts.width, hidden: parts.hidden, latents })));
}

type Known = Distribution<Tensor> & Mean<Tensor>;

/** Forgets the type of the parameters. Sound as long as a model is only given parameters of its own `init`. */
function untyped<P>(model: Vae<P, Known, Known>): BuiltModel {
  return model as unknown as BuiltModel;
}
