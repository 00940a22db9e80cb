import { type Distribution, GenaiError, type Mean, split } from '@genai/core';
import { logSumExp, scope } from '@genai/tensor';
import { add, cast, expandDims, mul, reshape, softmax, sum, type Tensor } from '@tensorflow/tfjs-core';
import { choose } from './choose.js';
import { logWeights } from './log-weights.js';
import { allButLast, broadcastShape, expectValue, last } from './shapes.js';

/** A mixture of distributions of one kind; it knows its mean where its components do. */
export type Mixture<D extends Distribution<Tensor> = Distribution<Tensor>> = Distribution<Tensor> & {
  readonly kind: 'mixture';
  readonly logits: Tensor;
  readonly components: D;
} & (D extends Mean<Tensor> ? Mean<Tensor> : unknown);

/**
 * Σₖ πₖ pₖ(x) with π = softmax(logits), logits: (…batch, mixtures), and the components along the last batch axis of
 * `components`: batch shape (…batch, mixtures) or (mixtures).
 *
 * A sample is drawn from every component and one kept; gradients flow to that component, none to the logits.
 *
 * @example
 * const twoHumps = mixture(zeros([2]), normal(tensor1d([-1, 1]), tensor1d([0.3, 0.3])));
 * @throws GenaiError if the logits do not fit the batch shape of the components.
 */
export function mixture<D extends Distribution<Tensor>>(logits: Tensor, components: D): Mixture<D> {
  const full = broadcastShape('mixture: logits and the batch of components', logits.shape, components.batchShape); // batch + mixtures
  const mixtures = full.at(-1);
  const inner = components.batchShape;
  if (
    mixtures === undefined ||
    inner.at(-1) !== logits.shape.at(-1) ||
    String(last(full, inner.length)) !== String(inner)
  ) {
    throw new GenaiError(
      `mixture: logits have shape [${logits.shape.join(', ')}], components the batch shape [${inner.join(', ')}]. ` +
        'Expected [… batch, mixtures] for both, or [mixtures] for one of them.',
    );
  }
  const { eventShape } = components;
  const batchShape = allButLast(full, 1);
  const missing = allButLast(full, inner.length);
  const { mean } = components as Partial<Mean<Tensor>>;
  /** Σₖ weightₖ · xₖ, weights: (… batch, mixtures), x: (… batch, mixtures, event) */
  const weigh = (weights: Tensor, x: Tensor): Tensor => {
    const spread = reshape(weights, [...weights.shape, ...eventShape.map(() => 1)]);
    return sum(mul(x, cast(spread, x.dtype)), -1 - eventShape.length);
  };
  const made: Mixture = {
    kind: 'mixture',
    logits,
    components,
    batchShape,
    eventShape,
    sample: (key, shape = []) =>
      scope(() => {
        const [choice, draws] = split(key);
        const chosen = choose(choice, logits, [...shape, ...full]); // shape + batch + (mixtures)
        return weigh(chosen, components.sample(draws, [...shape, ...missing]));
      }),
    logProb: (x) => {
      expectValue('mixture.logProb', x, { batchShape, eventShape });
      return scope(() => {
        // x gains a mixtures axis of one before its event: all components score it.
        const axis = x.rank - eventShape.length;
        const each = components.logProb(axis < 0 ? x : expandDims(x, axis)); // (…, batch, mixtures)
        return logSumExp(add(logWeights(logits), each), -1);
      });
    },
    ...(mean && { mean: () => scope(() => weigh(softmax(logits), mean())) }),
  };
  return made as Mixture<D>;
}
