import { expectIntegers, type Layer, type NoParams, type Tree } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import type { Conditioned } from '@genai/nn';
import {
  activation,
  batchNorm,
  type ConvolutionParams,
  conditionalNorm,
  conv2d,
  type DenseParams,
  dense,
  type EmbeddingParams,
  embedding,
  glorotUniform,
  type NormParams,
  sequential,
  spectralNorm,
  zeros,
} from '@genai/nn';
import { expectShape, scope } from '@genai/tensor';
import { relu, reshape, sum, type Tensor, tanh } from '@tensorflow/tfjs-core';
import type { GanParts } from './gan.js';
import { each, initParts } from './init-parts.js';
import { contextNorm, type NormOf, plainNorm } from './norm-of.js';
import { type ProjectionParams, projection } from './projection.js';
import { pyramid } from './pyramid.js';
import { type DownBlockParams, downBlock, type UpBlockParams, upBlock } from './residual-blocks.js';

export interface ResidualGanOptions {
  /** Side of the square images: 4, 5, 6 or 7 times a power of 2; 28 unless given. */
  readonly size?: number;
  /** Channels of the images; 1 unless given. */
  readonly channels?: number;
  /** Channels of the critic; the generator has twice as many. 32 unless given; 128 in the paper. */
  readonly width?: number;
  /** Features of a code; 128 unless given. */
  readonly latents?: number;
  /** Steps of the power iteration in each {@link spectralNorm} of the critic; 16 unless given. */
  readonly iterations?: number;
}

type GeneratorParams<N> = {
  readonly blocks: readonly UpBlockParams<N>[];
  readonly last: ConvolutionParams;
  readonly norm: NormParams;
  readonly project: DenseParams;
};
type FeaturesParams = readonly [readonly DownBlockParams[], NoParams];

/**
 * Parts made of residual blocks for square images in [−1, 1], (batch, size, size, channels): the nets of SNGAN.
 *
 * The generator projects a code to 4 × 4 (of 28 × 28: 7 × 7) and doubles it by blocks with batch norm, without running
 * averages. Every weight of the critic has spectral norm; its blocks halve the image to 8 × 8 or less, two more leave it so, and
 * features are added up over all positions. Made for {@link hinge}, with several updates of the critic a round.
 *
 * @example
 * const digits = gan(residualGan({ size: 28, width: 32 }));
 * const step = compete(adversarial(digits, { loss: hinge() }), { optimizers, updates: { critic: 5 } });
 * @throws GenaiError if `size` is not 4 to 7 times a power of 2, or another size is not an integer of at least 1.
 * @source Miyato et al. 2018, "Spectral normalization for generative adversarial networks", appendix B.4, table 4.
 */
export function residualGan(
  options: ResidualGanOptions = {},
): GanParts<GeneratorParams<NormParams>, readonly [FeaturesParams, DenseParams]> {
  const sizes = sizesOf('residualGan', options);
  const normOf = (channels: number): NormOf<NormParams, Tensor> => plainNorm(batchNorm(channels));
  return {
    generator: generatorOf<NormParams, Tensor>(sizes, normOf, (z) => z),
    critic: sequential<readonly [FeaturesParams, DenseParams]>(featuresOf(sizes), headOf(sizes)),
    prior: standardNormal(sizes.latents),
  };
}

export interface ConditionalResidualGanOptions extends ResidualGanOptions {
  /** How many classes there are. */
  readonly classes: number;
}

/**
 * {@link residualGan} given a class, int32 (batch): batch norms of the blocks scale and shift as it says, all classes alike at
 * first, and the critic is a {@link projection}.
 *
 * @example
 * const digits = conditionalGan(conditionalResidualGan({ size: 28, classes: 10 }));
 * @throws GenaiError if `size` is not 4 to 7 times a power of 2, or another size is not an integer of at least 1.
 * @source Miyato and Koyama 2018, "cGANs with projection discriminator", eq. 3, section 5 and appendix.
 */
export function conditionalResidualGan({
  classes,
  ...options
}: ConditionalResidualGanOptions): GanParts<
  GeneratorParams<EmbeddingParams>,
  ProjectionParams<FeaturesParams, DenseParams, { readonly weight: Tensor }>,
  Conditioned
> {
  const sizes = sizesOf('conditionalResidualGan', options);
  const normOf = (channels: number): NormOf<EmbeddingParams, Conditioned> =>
    contextNorm(conditionalNorm(channels, embedding(classes, 2 * channels, { initializer: zeros })));
  return {
    generator: generatorOf<EmbeddingParams, Conditioned>(sizes, normOf, ({ x }) => x),
    critic: projection({
      features: featuresOf(sizes),
      head: headOf(sizes),
      context: spectralNorm(weightOf(embedding(classes, sizes.width, { initializer: glorotUniform })), sizes),
    }),
    prior: standardNormal(sizes.latents),
  };
}

type Sizes = Required<ResidualGanOptions> & { readonly where: string };

function sizesOf(where: string, options: ResidualGanOptions): Sizes {
  const { size = 28, channels = 1, width = 32, latents = 128, iterations = 16 } = options;
  expectIntegers(where, { channels, width, latents, iterations });
  return { where, size, channels, width, latents, iterations };
}

function generatorOf<N extends Tree<Tensor>, X>(
  { where, size, channels, width, latents }: Sizes,
  normOf: (channels: number) => NormOf<N, X>,
  codeOf: (input: X) => Tensor,
): Layer<Tensor, GeneratorParams<N>, X> {
  const { side, doublings } = pyramid(where, size);
  const wide = 2 * width;
  const project = dense(latents, side * side * wide, { initializer: glorotUniform });
  const blocks = Array.from({ length: doublings }, () => upBlock<N, X>(wide, wide, normOf));
  const norm = batchNorm(wide);
  const last = conv2d(wide, channels, { initializer: glorotUniform });
  return {
    init: (key) => initParts<GeneratorParams<N>>({ blocks: each(blocks), last, norm, project }, key),
    apply: (params, input) =>
      scope(() => {
        const start = reshape(project.apply(params.project, codeOf(input)), [-1, side, side, wide]);
        const y = blocks.reduce((y, block, i) => block.apply(params.blocks[i]!, y, input), start);
        return tanh(last.apply(params.last, relu(norm.apply(params.norm, y)))); // (batch, size, size, channels)
      }),
  };
}

/** Images to what they are judged by, (batch, width). */
function featuresOf({ where, size, channels, width, iterations }: Sizes): Layer<Tensor, FeaturesParams> {
  const { doublings } = pyramid(where, size);
  let halvings = 1;
  while (halvings < doublings && size / 2 ** halvings > 8) halvings++;
  const blocks = Array.from({ length: halvings + 2 }, (_, i) =>
    downBlock(i === 0 ? channels : width, width, (layer) => spectralNorm(layer, { iterations }), {
      halved: i < halvings,
      opening: i === 0,
    }),
  );
  const body = sequential<readonly DownBlockParams[]>(...blocks);
  const checked: typeof body = {
    init: body.init,
    apply: (params, x) => {
      expectShape(`${where}: images`, x, ['batch', size, size, channels]);
      return body.apply(params, x);
    },
  };
  return sequential<FeaturesParams>(
    checked,
    activation((y) => sum(relu(y), [1, 2])),
  );
}

function headOf({ width, iterations }: Sizes): Layer<Tensor, DenseParams> {
  return spectralNorm(dense(width, 1, { initializer: glorotUniform }), { iterations });
}

/** An embedding whose table is called weight, for {@link spectralNorm}. */
function weightOf(layer: Layer<Tensor, EmbeddingParams>): Layer<Tensor, { readonly weight: Tensor }> {
  return {
    init: (key) => ({ weight: layer.init(key).table }),
    apply: ({ weight }, indices) => layer.apply({ table: weight }, indices),
  };
}
