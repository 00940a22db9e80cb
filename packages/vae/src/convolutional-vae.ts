import { GenaiError, type NoParams } from '@genai/core';
import { binary, gaussian, standardNormal } from '@genai/distributions';
import {
  activation,
  type ConvolutionParams,
  conv2d,
  conv2dTranspose,
  type DenseParams,
  flatten,
  mlp,
  reshape,
  sequential,
} from '@genai/nn';
import { silu } from '@genai/tensor';
import type { BinaryVaeParts } from './dense-vae.js';

export interface ConvolutionalVaeOptions {
  /** Side of the square images, a multiple of 4; 28 unless given. */
  readonly size?: number;
  /** Channels of the images; 1 unless given. */
  readonly channels?: number;
  /** Channels of the outermost convolution; the next has twice as many. 16 unless given. */
  readonly width?: number;
  /** Sizes of the dense layers between convolutions and latents, from the image inwards; [128] unless given. */
  readonly hidden?: readonly number[];
  /** Features of z; 16 unless given. */
  readonly latents?: number;
}

type EncoderParams = readonly [
  ConvolutionParams,
  NoParams,
  ConvolutionParams,
  NoParams,
  NoParams,
  readonly DenseParams[],
];
type DecoderParams = readonly [
  readonly DenseParams[],
  NoParams,
  NoParams,
  ConvolutionParams,
  NoParams,
  ConvolutionParams,
];

/**
 * Parts made of convolutions for square images (batch, size, size, channels), 0 or 1 (or between).
 *
 * The encoder halves the side twice by strided convolutions, the decoder doubles it twice by transposed ones; dense
 * layers stand between them and the latents, SiLU between all. Kernels are 4 wide where they upsample, a multiple of the
 * stride, so that no chequerboard shows.
 *
 * @example
 * const digits = vae(convolutionalVae({ size: 28, width: 16, latents: 16 }));
 * const params = digits.init(key(0));
 * @throws GenaiError if `size` is not a multiple of 4, or a size is not an integer of at least 1.
 * @source Kernel sizes: Odena et al. 2016, "Deconvolution and checkerboard artifacts".
 */
export function convolutionalVae({
  size = 28,
  channels = 1,
  width = 16,
  hidden = [128],
  latents = 16,
}: ConvolutionalVaeOptions = {}): BinaryVaeParts<EncoderParams, DecoderParams> {
  if (!Number.isInteger(size) || size < 4 || size % 4 !== 0) {
    throw new GenaiError(`convolutionalVae: size must be a multiple of 4, got ${size}. Pad or scale the images.`);
  }
  const side = size / 4;
  const inner = [side, side, 2 * width] as const;
  const features = side * side * 2 * width;
  const encoder = sequential<EncoderParams>(
    conv2d(channels, width, { kernel: 3, strides: 2 }), // (batch, size / 2, size / 2, width)
    activation(silu),
    conv2d(width, 2 * width, { kernel: 3, strides: 2 }), // (batch, size / 4, size / 4, 2 · width)
    activation(silu),
    flatten(),
    mlp([features, ...hidden, 2 * latents], { activation: silu }),
  );
  const decoder = sequential<DecoderParams>(
    mlp([latents, ...hidden.toReversed(), features], { activation: silu }),
    activation(silu),
    reshape(inner),
    conv2dTranspose(2 * width, width, { kernel: 4, strides: 2 }), // (batch, size / 2, size / 2, width)
    activation(silu),
    conv2dTranspose(width, channels, { kernel: 4, strides: 2 }), // (batch, size, size, channels)
  );
  return { encoder: gaussian(encoder), decoder: binary(decoder), prior: standardNormal(latents) };
}
