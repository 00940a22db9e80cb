import { type Distribution, type LowerBound, type Model, type Samples, sizeOf, split } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { lookUp } from './decode-codes.js';
import { encodeCodes } from './encode-codes.js';
import type { VqVae } from './vq-vae.js';

/**
 * A vector-quantised autoencoder with a distribution of its codes, an autoregressive one say: then it can be drawn from and
 * bounded from below. The prior's events are grids of int32, as {@link encodeCodes} gives them, which it is trained on
 * by itself.
 *
 * `given(params).sample(key, shape)` has shape `shape + event`. `logProbBound(x)` is log p(x | codes) + log p(codes) at the
 * codes of x, shape (batch), in nats: a bound, as other codes could have given x; its key and samples change nothing.
 *
 * @example
 * const whole = withCodePrior(model, prior);
 * using drawn = owned(scope(() => whole.given({ model: params, prior: priorParams }).sample(key(1), [16])));
 * @source van den Oord et al. 2017, "Neural discrete representation learning", sections 3.1 (the bound) and 3.3 (the prior).
 */
export function withCodePrior<P extends { readonly codes: Tensor }, R>(
  model: VqVae<P>,
  prior: Model<R, Distribution<Tensor>>,
): Model<{ readonly model: P; readonly prior: R }, Samples<Tensor> & LowerBound<Tensor>> {
  return {
    init: (key) => {
      const [a, b] = split(key);
      return scope<unknown>(() => ({ model: model.init(a), prior: prior.init(b) })) as { model: P; prior: R };
    },
    given: (params, _context, layers) => {
      const codes = (): Distribution<Tensor> => prior.given(params.prior, undefined, layers);
      const decoded = (indices: Tensor): Distribution<Tensor> =>
        model.decode(params.model, lookUp<Tensor>(params.model.codes, indices), layers);
      return {
        sample: (key, shape = []) =>
          scope(() => {
            const [first, second] = split(key);
            const x = decoded(codes().sample(first, [sizeOf(shape)])).sample(second); // (count, …event)
            return reshape(x, [...shape, ...x.shape.slice(1)]);
          }),
        logProbBound: (x) =>
          scope(() => {
            const indices = encodeCodes(model, params.model, x); // (batch, …grid)
            return add(decoded(indices).logProb(x), codes().logProb(indices));
          }),
      };
    },
  };
}
