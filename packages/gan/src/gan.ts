import { type Distribution, type Key, type Layer, type Model, type NoParams, type Samples, split } from '@genai/core';
import type { Conditioned } from '@genai/nn';
import { expectShape, scope } from '@genai/tensor';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { samplesOf } from './samples-of.js';

/** The parameters of an adversarial model: those of its two players. */
export type GanParams<G, D> = { readonly critic: D; readonly generator: G };

/**
 * A generative adversarial network: it can be drawn from, and its two nets can be asked singly. It gives no density, so
 * what needs one (`nll`, `bitsPerDim`, a bound) does not accept it.
 *
 * @typeParam G - the parameters of the generator, D - those of the critic, trees of tensors.
 * @typeParam C - what it is conditioned on: `void`, or a tensor with a row for each example.
 */
export interface Gan<G, D, C = void> extends Model<GanParams<G, D>, Samples<Tensor>, C> {
  /** From codes (batch, …latent) to examples (batch, …event). A `key` makes stochastic layers act. */
  readonly generate: (generator: G, z: Tensor, context: C, key?: Key) => Tensor;
  /** A number for each of (batch, …event), shape (batch): the higher, the more real. A `key` makes stochastic layers act. */
  readonly judge: (critic: D, x: Tensor, context: C, key?: Key) => Tensor;
  /** p(z), one distribution without batch. */
  readonly prior: () => Distribution<Tensor>;
}

/** The parts of an adversarial model. */
export interface GanParts<G, D, X = Tensor> {
  /** From codes to examples. */
  readonly generator: Layer<Tensor, G, X>;
  /** From examples to a number each, (batch) or (batch, 1). Also called the discriminator. */
  readonly critic: Layer<Tensor, D, X>;
  /** Where codes come from. */
  readonly prior: Model<NoParams, Distribution<Tensor>>;
}

/**
 * An adversarial model from two layers: a `generator` from codes to examples and a `critic` from examples to a number.
 *
 * `given(params).sample(key, shape)` has shape `shape + event`.
 *
 * @example
 * const points = gan({
 *   generator: mlp([2, 128, 128, 2]),
 *   critic: mlp([2, 128, 128, 1]),
 *   prior: standardNormal(2),
 * });
 * const step = compete(adversarial(points, { loss: nonSaturating() }), {
 *   optimizers: { critic: adam(1e-3), generator: adam(1e-3) },
 * });
 * @source Goodfellow et al. 2014, "Generative adversarial nets".
 */
export function gan<G, D>({ generator, critic, prior }: GanParts<G, D>): Gan<G, D> {
  return made({ generator, critic, prior }, (x) => x);
}

/**
 * An adversarial model of examples given a context: both layers see `{ x, context }`, a code or an example with its row of
 * the context, which may hold vectors (batch, width) or class indices, int32 (batch).
 *
 * `given(params, context).sample(key, shape)` has shape `shape + batch + event`: draws for each row of the context.
 *
 * @example
 * const designs = conditionalGan({
 *   generator: concatenated(mlp([64 + 10, 256, 784])),
 *   critic: concatenated(mlp([784 + 10, 256, 1])),
 *   prior: standardNormal(64),
 * });
 * const dresses = designs.given(params, oneHot(fill([16], 3, 'int32'), 10)).sample(key(0)); // (16, 784)
 * @source Mirza and Osindero 2014, "Conditional generative adversarial nets", eq. 2.
 */
export function conditionalGan<G, D>({ generator, critic, prior }: GanParts<G, D, Conditioned>): Gan<G, D, Tensor> {
  return made<G, D, Tensor, Conditioned>({ generator, critic, prior }, (x, context) => ({ x, context }));
}

function made<G, D, C, X>(
  { generator, critic, prior }: GanParts<G, D, X>,
  join: (x: Tensor, context: C) => X,
): Gan<G, D, C> {
  const model: Gan<G, D, C> = {
    init: (key) => {
      const [first, second] = split(key);
      return scope(() => ({ critic: critic.init(second), generator: generator.init(first) }));
    },
    generate: (params, z, context, key) => generator.apply(params, join(z, context), key),
    judge: (params, x, context, key) =>
      scope(() => {
        const y = critic.apply(params, join(x, context), key);
        if (y.rank === 2) expectShape('gan: the critic', y, ['batch', 1]);
        else expectShape('gan: the critic', y, ['batch']);
        return y.rank === 2 ? reshape(y, [y.shape[0]!]) : y; // (batch)
      }),
    prior: () => prior.given({}),
    given: ({ generator }, context, layers) => samplesOf(model, generator, context, layers),
  };
  return model;
}
