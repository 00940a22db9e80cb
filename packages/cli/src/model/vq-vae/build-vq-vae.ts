import type { Distribution, Mean, NoParams, Tree } from '@genai/core';
import { binary } from '@genai/distributions';
import { activation, type ConvolutionParams, conv2d, conv2dTranspose, sequential } from '@genai/nn';
import { silu } from '@genai/tensor';
import { type VqVae, type VqVaeParams, vqVae } from '@genai/vae';
import type { Tensor } from '@tensorflow/tfjs-core';
import { UsageError } from '../../usage-error.js';
import { expectSize } from '../expect-size.js';
import type { VqVaeConfig } from './vq-vae-config.js';

export type BuiltVqVae = VqVae<VqVaeParams<Tree<Tensor>, Tree<Tensor>>, Tensor, Distribution<Tensor> & Mean<Tensor>>;

type NetParams = readonly [ConvolutionParams, NoParams, ConvolutionParams, NoParams, ConvolutionParams];

/**
 * The model that a configuration describes: images of height × width become grids of codes of a quarter of both.
 *
 * @throws UsageError if its networks do not fit the shape of the data, or are larger than any that could be trained.
 */
export function buildVqVae({ parts, data: { shape } }: Pick<VqVaeConfig, 'parts' | 'data'>): BuiltVqVae {
  const [height, across, channels] = shape;
  const { width, codes, features } = parts;
  const parameters = 60 * width * (width + channels) + 20 * width * features + codes * features;
  expectSize(shape, { layers: 3, parameters });
  if (height % 4 !== 0 || across % 4 !== 0) {
    throw new UsageError(
      `vq-vae needs images whose sides are multiples of 4, got ${height} by ${across}. Pad or scale the images.`,
    );
  }
  const encoder = sequential<NetParams>(
    conv2d(channels, width, { kernel: 4, strides: 2 }), // (batch, height / 2, width / 2, …)
    activation(silu),
    conv2d(width, 2 * width, { kernel: 4, strides: 2 }), // (batch, height / 4, width / 4, …)
    activation(silu),
    conv2d(2 * width, features),
  );
  const decoder = sequential<NetParams>(
    conv2d(features, 2 * width),
    activation(silu),
    conv2dTranspose(2 * width, width, { kernel: 4, strides: 2 }),
    activation(silu),
    conv2dTranspose(width, channels, { kernel: 4, strides: 2 }), // (batch, height, width, channels)
  );
  return vqVae({ encoder, decoder: binary(decoder), codes, width: features }) as unknown as BuiltVqVae;
}
