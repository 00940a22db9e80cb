import { standardNormal } from '@genai/distributions';
import type { Conditioned } from '@genai/nn';
import { conditionalNorm, type DenseParams, dense, type EmbeddingParams, embedding, zeros } from '@genai/nn';
import type { DcganOptions } from './dcgan.js';
import {
  type DcganFeaturesParams,
  type DcganGeneratorParams,
  dcganFeatures,
  dcganGenerator,
  dcganInitializer,
} from './dcgan-nets.js';
import type { GanParts } from './gan.js';
import { contextNorm, type NormOf } from './norm-of.js';
import { type ProjectionParams, projection } from './projection.js';

export interface ConditionalDcganOptions extends DcganOptions {
  /** How many classes there are. */
  readonly classes: number;
}

/**
 * {@link dcgan} given a class, int32 (batch): each class has scales and shifts of its own behind the batch norms of the
 * generator, all alike at first, and a direction in the space of the critic's features.
 *
 * @example
 * const digits = conditionalGan(conditionalDcgan({ size: 28, classes: 10 }));
 * const sevens = digits.given(params, fill([16], 7, 'int32')).sample(key(0)); // (16, 28, 28, 1)
 * @throws GenaiError if `size` is not 4 to 7 times a power of 2, or another size is not an integer of at least 1.
 * @source Miyato and Koyama 2018, "cGANs with projection discriminator", figure 1 d and section 5; Dumoulin et al. 2017, "A
 * learned representation for artistic style", eq. 5.
 */
export function conditionalDcgan({
  classes,
  size = 28,
  channels = 1,
  width = 64,
  latents = 100,
  norm = true,
}: ConditionalDcganOptions): GanParts<
  DcganGeneratorParams<EmbeddingParams>,
  ProjectionParams<DcganFeaturesParams, DenseParams, EmbeddingParams>,
  Conditioned
> {
  const sizes = { size, channels, width, latents };
  const { layer, features } = dcganFeatures('conditionalDcgan', sizes, norm);
  const normOf = (channels: number): NormOf<EmbeddingParams, Conditioned> =>
    contextNorm(conditionalNorm(channels, embedding(classes, 2 * channels, { initializer: zeros })));
  return {
    generator: dcganGenerator<EmbeddingParams, Conditioned>('conditionalDcgan', sizes, normOf, ({ x }) => x),
    critic: projection({
      features: layer,
      head: dense(features, 1, { bias: !norm, initializer: dcganInitializer }),
      context: embedding(classes, features, { initializer: dcganInitializer }),
    }),
    prior: standardNormal(latents),
  };
}
