import { GenaiError, type Layer, type Model, split } from '@genai/core';
import { binary, type Independent, independent, type Normal, normal, standardNormal } from '@genai/distributions';
import { type DenseParams, dense, type GatedParams, gated, heNormal, type Initializer, sequential } from '@genai/nn';
import { scope } from '@genai/tensor';
import { clipByValue, exp, mul, type Tensor } from '@tensorflow/tfjs-core';
import type { BinaryVaeParts } from './dense-vae.js';

export interface GatedVaeOptions {
  /** Numbers of one example; 784 unless given. */
  readonly inputs?: number;
  /** Sizes of the hidden layers, from the data inwards; the decoder has them in reverse. [300, 300] unless given. */
  readonly hidden?: readonly number[];
  /** Features of z; 40 unless given. */
  readonly latents?: number;
  /** Draws every weight; `heNormal` unless given, as the authors do. Biases are 0 at first. */
  readonly initializer?: Initializer;
}

type GatedLayerParams = GatedParams<DenseParams, DenseParams>;
type EncoderParams = {
  readonly hidden: readonly GatedLayerParams[];
  readonly loc: DenseParams;
  readonly logVariance: DenseParams;
};
type DecoderParams = readonly [readonly GatedLayerParams[], DenseParams];

/**
 * Parts made of gated dense layers, (W x + b) · σ(V x + c), for vectors (batch, inputs) of numbers 0 or 1 (or between):
 * with the sizes that stand unless others are given, the nets of the published likelihoods of binarised MNIST.
 *
 * q(z | x) = N(loc, exp(l)), with l a linear layer clipped to −6 … 2, beyond which it has no gradient.
 *
 * @example
 * const digits = vae(gatedVae({ inputs: 784, hidden: [300, 300], latents: 40 }));
 * const better = vae({ ...gatedVae(), prior: vampPrior(500, [784]) });
 * @throws GenaiError if there is no hidden layer or a size is not an integer of at least 1.
 * @source Tomczak and Welling 2018, "VAE with a VampPrior", and its code; Dauphin et al. 2017, "Language
 * modeling with gated convolutional networks", eq. 1.
 */
export function gatedVae({
  inputs = 784,
  hidden = [300, 300],
  latents = 40,
  initializer = heNormal,
}: GatedVaeOptions = {}): BinaryVaeParts<EncoderParams, DecoderParams> {
  if (hidden.length === 0) throw new GenaiError('gatedVae: hidden is empty. Pass the sizes of hidden layers, [300].');
  const affine = (from: number, to: number): Layer<Tensor, DenseParams> => dense(from, to, { initializer });
  const layers = (sizes: readonly number[]): Layer<Tensor, readonly GatedLayerParams[]> =>
    sequential<readonly GatedLayerParams[]>(
      ...sizes.slice(1).map((to, i) => gated(affine(sizes[i]!, to), affine(sizes[i]!, to))),
    );
  const inner = hidden.at(-1)!;
  return {
    encoder: clippedGaussian({
      hidden: layers([inputs, ...hidden]),
      loc: affine(inner, latents),
      logVariance: affine(inner, latents),
    }),
    decoder: binary(sequential<DecoderParams>(layers([latents, ...hidden.toReversed()]), affine(hidden[0]!, inputs))),
    prior: standardNormal(latents),
  };
}

/** N(loc(h), exp(clip(logVariance(h)))) of h = hidden(x), with its scale from e⁻³ to e. */
function clippedGaussian(
  net: {
    readonly [N in keyof EncoderParams]: Layer<Tensor, EncoderParams[N]>;
  },
): Model<EncoderParams, Independent<Normal>, Tensor> {
  return {
    init: (key) => {
      const [a, b, c] = split(key, 3);
      return scope(() => ({ hidden: net.hidden.init(a), loc: net.loc.init(b), logVariance: net.logVariance.init(c) }));
    },
    given: (params, x) => {
      const { loc, scale } = scope(() => {
        const h = net.hidden.apply(params.hidden, x); // (batch, hidden)
        const logVariance = clipByValue(net.logVariance.apply(params.logVariance, h), -6, 2);
        return { loc: net.loc.apply(params.loc, h), scale: exp(mul(logVariance, 0.5)) }; // (batch, latents)
      });
      return independent(normal(loc, scale), 1);
    },
  };
}
