import { expectIntegers } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import type { GanParts } from './gan.js';
import { type StyleCriticParams, styleCritic } from './style-critic.js';
import { type StyleGenerator, type StyleGeneratorParams, styleGenerator } from './style-generator.js';

export interface StyleGanOptions {
  /** Side of the square images: 4, 5, 6 or 7 times a power of 2; 28 unless given. */
  readonly size?: number;
  /** Channels of the images; 1 unless given. */
  readonly channels?: number;
  /** Channels beside the image; they double as the image halves. 16 unless given. */
  readonly width?: number;
  /** Features of a code; 64 unless given. */
  readonly latents?: number;
  /** Features of a style; 64 unless given. */
  readonly style?: number;
  /** Layers from a code to a style; 4 unless given, 8 in the paper. */
  readonly depth?: number;
  /** Examples that the critic compares with each other, see {@link minibatchDeviation}; 4 unless given. */
  readonly groupSize?: number;
}

/** The parts of {@link styleGan}, whose generator has two halves. */
export interface StyleGanParts extends GanParts<StyleGeneratorParams, StyleCriticParams> {
  readonly generator: StyleGenerator;
}

/**
 * A small style-based generator and a residual critic for square images, (batch, size, size, channels): StyleGAN2.
 *
 * A code becomes a style w, which scales the filters of all convolutions ({@link modulatedConv2d}); the image begins as a
 * learnt constant of 4 × 4 (of 28 × 28: 7 × 7), is doubled, and each size adds its part of it. Behind each convolution noise
 * is added where there is a key, as in training: without one, images follow from their codes alone. Nothing keeps them within
 * [−1, 1] but the critic. It is smaller than the paper's and does without what large images need: learning rates equalised at
 * run time, smoothing filters, and the regulariser of path lengths ({@link pathLength}) is yours to add. Batches must be a multiple of
 * `groupSize`, or smaller.
 *
 * @example
 * const parts = styleGan({ size: 28, width: 16 });
 * const generatorRegularizers = [pathLength({ from: parts.generator })];
 * const game = adversarial(gan(parts), { loss: nonSaturating(), regularizers: [r1(1)], generatorRegularizers });
 * const [coarse, fine] = [parts.generator.mapping(params.generator, z), parts.generator.mapping(params.generator, other)];
 * const mixed = parts.generator.synthesis(params.generator, [coarse, fine]); // one for the smallest size, one for all others
 * @throws GenaiError if `size` is not 4 to 7 times a power of 2, or another size is not an integer of at least 1.
 * @source Karras et al. 2020, "Analyzing and improving the image quality of StyleGAN", figures 2 d and 7; Karras et al. 2019, "A
 * style-based generator architecture for generative adversarial networks", section 2.
 */
export function styleGan({
  size = 28,
  channels = 1,
  width = 16,
  latents = 64,
  style = 64,
  depth = 4,
  groupSize = 4,
}: StyleGanOptions = {}): StyleGanParts {
  expectIntegers('styleGan', { groupSize });
  return {
    generator: styleGenerator('styleGan', { size, channels, width, latents, style, depth }),
    critic: styleCritic('styleGan', { size, channels, width, groupSize }),
    prior: standardNormal(latents),
  };
}
