import {
  type Distribution,
  GenaiError,
  type Key,
  type LowerBound,
  leaves,
  type Model,
  mapLeaves,
  type Samples,
  sizeOf,
  split,
  type Tree,
} from '@genai/core';
import { scope } from '@genai/tensor';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { drawPrior } from './draw-prior.js';
import { lowerBound } from './lower-bound.js';
import { repeatRows } from './repeat-rows.js';
import type { Vae, VaeParams } from './vae.js';
import type { WithContext } from './with-context.js';

/**
 * A variational autoencoder of p(x | context).
 *
 * @typeParam P - the parameters, a tree of tensors.
 * @typeParam C - the context: a tensor or a tree of tensors, each (batch, …).
 * @typeParam Q - what the encoder gives.
 * @typeParam X - what the decoder gives.
 */
export interface ConditionalVae<
  P,
  C extends Tree<Tensor> = Tensor,
  Q extends Distribution<Tensor> = Distribution<Tensor>,
  X extends Distribution<Tensor> = Distribution<Tensor>,
> extends Model<P, Samples<Tensor> & LowerBound<Tensor>, C> {
  /**
   * The autoencoder for this context: whatever takes a {@link Vae} takes it. Its prior has the batch of the context if it
   * depends on it; where more rows are encoded or decoded, a multiple, the context is repeated.
   */
  readonly at: (context: C) => Vae<P, Q, X>;
}

/**
 * A variational autoencoder of p(x | c) from three models: `encoder` q(z | x, c), `decoder` p(x | z, c) and `prior` p(z | c),
 * or a prior p(z) that does not depend on c. Make the first two of models without context by {@link withContext}.
 *
 * `given(params, context).sample(key, shape)` has shape `shape + batch + event`, a draw for each row of the context;
 * `logProbBound(x, key, samples)` has shape (batch) and is in nats. For everything else there is `at`.
 *
 * @example
 * const digits = conditionalVae({
 *   encoder: withContext(gaussian(mlp([784 + 10, 256, 2 * 16])), { classes: 10 }),
 *   decoder: withContext(binary(mlp([16 + 10, 256, 784])), { classes: 10 }),
 *   prior: standardNormal(16),
 * });
 * const step = minimize(conditionalElbo(digits), adam(1e-3)); // batches { x, context: labels }
 * using sevens = owned(scope(() => digits.given(params, tensor1d([7], 'int32')).sample(key(1), [16]))); // (16, 1, 784)
 * using again = owned(reconstruct(digits.at(labels), params, images));
 * @throws GenaiError, when used, if the rows to be encoded or decoded are no multiple of those of the context.
 * @source Sohn et al. 2015, "Learning structured output representation using deep conditional generative models", eq. 4.
 */
export function conditionalVae<
  E,
  D,
  R,
  C extends Tree<Tensor>,
  Q extends Distribution<Tensor>,
  X extends Distribution<Tensor>,
>(parts: {
  readonly encoder: Model<E, Q, WithContext<C>>;
  readonly decoder: Model<D, X, WithContext<C>>;
  readonly prior: Model<R, Distribution<Tensor>, C> | Model<R, Distribution<Tensor>>;
}): ConditionalVae<VaeParams<E, D, R>, C, Q, X> {
  const { encoder, decoder } = parts;
  const prior = parts.prior as Model<R, Distribution<Tensor>, C>; // one without context ignores it
  type P = VaeParams<E, D, R>;
  const init = (key: Key): P => {
    const [a, b, c] = split(key, 3);
    return scope(() => ({ encoder: encoder.init(a), decoder: decoder.init(b), prior: prior.init(c) }));
  };
  const at = (context: C): Vae<P, Q, X> => {
    const beside = (input: Tensor): WithContext<C> => {
      const rows = input.shape[0] ?? 1;
      return { input, context: mapLeaves<Tensor, C>(context, (leaf) => repeatRows('conditionalVae', leaf, rows)) };
    };
    const model: Vae<P, Q, X> = {
      init,
      encode: (params, x, key) => encoder.given(params.encoder, beside(x), key),
      decode: (params, z, key) => decoder.given(params.decoder, beside(z), key),
      prior: (params) => prior.given(params.prior, context),
      given: (params, _context, layers) => ({
        sample: (key, shape = []) => scope(() => ancestral(model, params, key, [...shape], rowsOf(context), layers)),
        logProbBound: (x, key, samples = 1) =>
          lowerBound(model, params, x, { key, samples, ...(layers && { layers }) }),
      }),
    };
    return model;
  };
  return { init, at, given: (params, context, layers) => at(context).given(params, undefined, layers) };
}

/** Draws z, then x: (…shape, batch, …event). */
function ancestral<P>(
  model: Vae<P>,
  params: P,
  key: Key,
  shape: readonly number[],
  batch: number,
  layers: Key | undefined,
): Tensor {
  const [first, second] = split(key);
  const z = drawPrior(model.prior(params), first, batch, shape); // (…shape, batch, …latent)
  const latent = z.shape.slice(shape.length + 1);
  const flat = reshape(z, [sizeOf(shape) * batch, ...latent]);
  const x = model.decode(params, flat, layers).sample(second);
  return reshape(x, [...shape, batch, ...x.shape.slice(1)]);
}

function rowsOf(context: Tree<Tensor>): number {
  const batch = leaves<Tensor>(context)[0]?.[1].shape[0];
  if (batch === undefined) {
    throw new GenaiError('conditionalVae: the context holds no tensor with a batch axis. Pass tensors of [batch, …].');
  }
  return batch;
}
