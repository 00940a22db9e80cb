import { expectIntegers } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import type { Conditioned } from '@genai/nn';
import { type DenseParams, dense, type EmbeddingParams, embedding, sequential } from '@genai/nn';
import { type ClassCodeParams, classCode } from './class-code.js';
import type { GanParts } from './gan.js';
import { type ProjectionParams, projection } from './projection.js';
import { type R3ganFeaturesParams, type R3ganGeneratorParams, r3ganFeatures, r3ganGenerator } from './r3gan-nets.js';

export interface R3ganOptions {
  /** Side of the square images: 4, 5, 6 or 7 times a power of 2; 28 unless given. */
  readonly size?: number;
  /** Channels of the images; 1 unless given. */
  readonly channels?: number;
  /** Channels beside the image; they double as the image halves. 16 unless given. */
  readonly width?: number;
  /** Features of a code; 64 unless given. */
  readonly latents?: number;
  /** Residual blocks at each size of the image; 1 unless given, 2 in the paper. */
  readonly blocks?: number;
  /** How many times as many channels there are inside a block; 2 unless given. */
  readonly expansion?: number;
}

/**
 * Parts made of residual blocks without any normalisation for square images, (batch, size, size, channels): R3GAN, for the
 * loss {@link relativistic} with {@link r1} and {@link r2}.
 *
 * A block is 1 × 1, 3 × 3, 1 × 1 with leaky ReLU 0.2 between, the identity at first; images are resampled by nearest
 * neighbours and means of 2 × 2. A code weighs the channels of a learnt image of 4 × 4 (of 28 × 28: 7 × 7), and the critic
 * compares what it has made of an image with another. Nothing keeps what is generated within [−1, 1] but the critic. The 3 × 3
 * convolutions are ordinary ones, where the paper has grouped ones of many more channels.
 *
 * @example
 * const digits = gan(r3gan({ size: 28, width: 16, latents: 64 }));
 * const game = adversarial(digits, { loss: relativistic(), regularizers: [r1(1), r2(1)] });
 * @throws GenaiError if `size` is not 4 to 7 times a power of 2, or another size is not an integer of at least 1.
 * @source Huang et al. 2024, "The GAN is dead; long live the GAN! A modern GAN baseline", section 4 (configuration E); first
 * weights: Zhang et al. 2019, "Fixup initialization", section 3.
 */
export function r3gan(
  options: R3ganOptions = {},
): GanParts<R3ganGeneratorParams, readonly [R3ganFeaturesParams, DenseParams]> {
  const { latents, ...sizes } = sizesOf('r3gan', options);
  const { layer, features } = r3ganFeatures('r3gan', sizes);
  return {
    generator: r3ganGenerator('r3gan', latents, sizes),
    critic: sequential<readonly [R3ganFeaturesParams, DenseParams]>(layer, dense(features, 1)),
    prior: standardNormal(latents),
  };
}

export interface ConditionalR3ganOptions extends R3ganOptions {
  /** How many classes there are. */
  readonly classes: number;
  /** Features of a class beside the code; 16 unless given. */
  readonly embedded?: number;
}

/**
 * {@link r3gan} given a class, int32 (batch): a learnt vector for it is appended to the code, and the critic is a
 * {@link projection}.
 *
 * @example
 * const digits = conditionalGan(conditionalR3gan({ size: 28, classes: 10 }));
 * @throws GenaiError if `size` is not 4 to 7 times a power of 2, or another size is not an integer of at least 1.
 * @source Huang et al. 2024, "The GAN is dead; long live the GAN! A modern GAN baseline", section 4.
 */
export function conditionalR3gan({
  classes,
  embedded = 16,
  ...options
}: ConditionalR3ganOptions): GanParts<
  ClassCodeParams<R3ganGeneratorParams>,
  ProjectionParams<R3ganFeaturesParams, DenseParams, EmbeddingParams>,
  Conditioned
> {
  const { latents, ...sizes } = sizesOf('conditionalR3gan', options);
  const { layer, features } = r3ganFeatures('conditionalR3gan', sizes);
  return {
    generator: classCode(embedding(classes, embedded), r3ganGenerator('conditionalR3gan', latents + embedded, sizes)),
    critic: projection({ features: layer, head: dense(features, 1), context: embedding(classes, features) }),
    prior: standardNormal(latents),
  };
}

function sizesOf(where: string, options: R3ganOptions): Required<R3ganOptions> {
  const { size = 28, channels = 1, width = 16, latents = 64, blocks = 1, expansion = 2 } = options;
  expectIntegers(where, { latents });
  return { size, channels, width, latents, blocks, expansion };
}
