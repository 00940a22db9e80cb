import { standardNormal } from '@genai/distributions';
import { type DenseParams, dense, type NormParams, sequential } from '@genai/nn';
import type { Tensor } from '@tensorflow/tfjs-core';
import {
  type DcganFeaturesParams,
  type DcganGeneratorParams,
  dcganFeatures,
  dcganGenerator,
  dcganInitializer,
  dcganNorm,
} from './dcgan-nets.js';
import type { GanParts } from './gan.js';
import { type NormOf, plainNorm } from './norm-of.js';

export interface DcganOptions {
  /** Side of the square images: 4, 5, 6 or 7 times a power of 2; 28 unless given. */
  readonly size?: number;
  /** Channels of the images; 1 unless given. */
  readonly channels?: number;
  /** Channels beside the image; they double as the image halves. 64 unless given. */
  readonly width?: number;
  /** Features of a code; 100 unless given. */
  readonly latents?: number;
  /** Whether the critic has batch norm; a gradient penalty needs it without. Default `true`. */
  readonly norm?: boolean;
}

/**
 * Parts made of convolutions for square images in [−1, 1], (batch, size, size, channels).
 *
 * The generator projects a code to 4 × 4 (of 28 × 28: 7 × 7), then doubles by transposed convolutions, 4 × 4 with stride 2,
 * with batch norm and ReLU between; the critic halves by convolutions with leaky ReLU 0.2 and batch norm, but at the first.
 * There are no running averages: samples are normalised with those drawn beside them. Convolutions have no bias, but those
 * of a critic without batch norm. Weights begin as N(0, 0.02²).
 *
 * @example
 * const faces = gan(dcgan({ size: 32, channels: 3, width: 64, latents: 100 }));
 * const game = adversarial(gan(dcgan({ norm: false })), { loss: nonSaturating(), regularizers: [r1(1)] });
 * @throws GenaiError if `size` is not 4 to 7 times a power of 2, or another size is not an integer of at least 1.
 * @source Radford et al. 2016, "Unsupervised representation learning with deep convolutional generative adversarial networks",
 * section 3 and figure 1.
 */
export function dcgan({
  size = 28,
  channels = 1,
  width = 64,
  latents = 100,
  norm = true,
}: DcganOptions = {}): GanParts<DcganGeneratorParams<NormParams>, readonly [DcganFeaturesParams, DenseParams]> {
  const sizes = { size, channels, width, latents };
  const { layer, features } = dcganFeatures('dcgan', sizes, norm);
  const normOf = (channels: number): NormOf<NormParams, Tensor> => plainNorm(dcganNorm(channels));
  return {
    generator: dcganGenerator<NormParams, Tensor>('dcgan', sizes, normOf, (z) => z),
    critic: sequential<readonly [DcganFeaturesParams, DenseParams]>(
      layer,
      dense(features, 1, { bias: !norm, initializer: dcganInitializer }),
    ),
    prior: standardNormal(latents),
  };
}
