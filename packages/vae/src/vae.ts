import { type Distribution, type Key, type LowerBound, type Model, type Samples, sizeOf, split } from '@genai/core';
import { scope } from '@genai/tensor';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { EncoderPrior } from './encoder-prior.js';
import { lowerBound } from './lower-bound.js';

/** The parameters of a variational autoencoder: those of its three parts. */
export type VaeParams<E, D, R> = { readonly encoder: E; readonly decoder: D; readonly prior: R };

/**
 * A variational autoencoder: it can be drawn from and bounded from below, and its parts can be asked singly.
 * It has no exact density, so what needs one (`nll`, `bitsPerDim`) does not accept it.
 *
 * @typeParam P - the parameters, a tree of tensors.
 * @typeParam Q - what the encoder gives.
 * @typeParam X - what the decoder gives.
 */
export interface Vae<
  P,
  Q extends Distribution<Tensor> = Distribution<Tensor>,
  X extends Distribution<Tensor> = Distribution<Tensor>,
> extends Model<P, Samples<Tensor> & LowerBound<Tensor>> {
  /** q(z | x) for `x` of shape (batch, …event). A `key` makes stochastic layers such as dropout act. */
  readonly encode: (params: P, x: Tensor, key?: Key) => Q;
  /** p(x | z) for `z` of shape (batch, …latent). A `key` makes stochastic layers such as dropout act. */
  readonly decode: (params: P, z: Tensor, key?: Key) => X;
  /** p(z), one distribution without batch; of a conditional model at its context it may have the batch of that. */
  readonly prior: (params: P) => Distribution<Tensor>;
}

/**
 * A variational autoencoder from three models: `encoder` q(z | x), `decoder` p(x | z) and `prior` p(z), which may have
 * parameters of its own (a flow, say) or be made of the encoder ({@link EncoderPrior}).
 *
 * `given(params).sample(key, shape)` has shape `shape + event`; `logProbBound(x, key, samples)` has shape (batch) and is
 * in nats: with one sample the evidence lower bound, its KL divergence in closed form where there is one, with more
 * the importance-weighted bound, computed in chunks of bounded memory.
 *
 * @example
 * const digits = vae({
 *   encoder: gaussian(mlp([784, 256, 2 * 16])),
 *   decoder: binary(mlp([16, 256, 784])),
 *   prior: standardNormal(16),
 * });
 * using params = owned(digits.init(key(0)));
 * using images = owned(scope(() => digits.given(params).sample(key(1), [16]))); // (16, 784)
 * @source Kingma and Welling 2014, "Auto-encoding variational Bayes", eq. 3.
 */
export function vae<E, D, R, Q extends Distribution<Tensor>, X extends Distribution<Tensor>>(parts: {
  readonly encoder: Model<E, Q, Tensor>;
  readonly decoder: Model<D, X, Tensor>;
  readonly prior: Model<R, Distribution<Tensor>> | EncoderPrior<R, Q>;
}): Vae<VaeParams<E, D, R>, Q, X> {
  const { encoder, decoder, prior } = parts;
  const model: Vae<VaeParams<E, D, R>, Q, X> = {
    init: (key) => {
      const [a, b, c] = split(key, 3);
      return scope(() => ({ encoder: encoder.init(a), decoder: decoder.init(b), prior: prior.init(c) }));
    },
    encode: (params, x, key) => encoder.given(params.encoder, x, key),
    decode: (params, z, key) => decoder.given(params.decoder, z, key),
    prior: (params) =>
      'givenEncoder' in prior
        ? prior.givenEncoder(params.prior, (x) => encoder.given(params.encoder, x))
        : prior.given(params.prior),
    given: (params, _context, layers) => ({
      sample: (key, shape = []) => scope(() => ancestral(model, params, key, shape, layers)),
      logProbBound: (x, key, samples = 1) => lowerBound(model, params, x, { key, samples, ...(layers && { layers }) }),
    }),
  };
  return model;
}

/** Draws z, then x. The decoder always sees one batch axis, so convolutions need no other. */
function ancestral<P>(model: Vae<P>, params: P, key: Key, shape: readonly number[], layers: Key | undefined): Tensor {
  const [first, second] = split(key);
  const prior = model.prior(params);
  const count = sizeOf(shape);
  const z = prior.sample(first, [count]); // (count, …latent)
  const x = model.decode(params, z, layers).sample(second); // (count, …event)
  return reshape(x, [...shape, ...x.shape.slice(1)]);
}
