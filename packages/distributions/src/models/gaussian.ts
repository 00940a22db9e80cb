import { GenaiError, type Layer, type Model } from '@genai/core';
import { scope, softplus } from '@genai/tensor';
import { add, split, type Tensor } from '@tensorflow/tfjs-core';
import { type Independent, independent } from '../independent.js';
import { type Normal, normal } from '../normal.js';
import { eventRank } from './event-rank.js';

/**
 * A net that gives a normal distribution for each input: p(x | context) = N(loc, scale²).
 *
 * The last axis of the net's output, 2 · features, is cut in two: loc, and what becomes the scale by softplus, to which
 * `floor` (0.001 unless given) is added so that it cannot vanish: one far draw of z is then not a loss of 10⁷ nats.
 * The first `batchAxes` axes of the output are the batch, the others the event.
 *
 * @example
 * const encoder = gaussian(mlp([784, 256, 2 * 16])); // images (batch, 784) to a distribution of codes (batch), (16)
 * @throws GenaiError if `floor` is negative or not finite; when it is given a context, if the last axis of the net's
 * output is odd or `batchAxes` is not below its rank.
 * @source Kingma and Welling 2014, "Auto-encoding variational Bayes", appendix C.2.
 */
export function gaussian<P>(
  net: Layer<Tensor, P>,
  { batchAxes = 1, floor = 1e-3 }: { readonly batchAxes?: number; readonly floor?: number } = {},
): Model<P, Independent<Normal>, Tensor> {
  if (!(floor >= 0 && floor < Infinity)) {
    throw new GenaiError(`gaussian: floor must be a finite number of at least 0, got ${floor}.`);
  }
  return {
    init: net.init,
    given: (params, context, key) => {
      const { loc, scale, rank } = scope(() => {
        const output = net.apply(params, context, key); // (…batch, …, 2 · features)
        if ((output.shape.at(-1) ?? 1) % 2 !== 0) {
          throw new GenaiError(
            `gaussian: the net gives shape [${output.shape.join(', ')}], expected an even last axis: loc and scale, 2 · features.`,
          );
        }
        const [loc, raw] = split(output, 2, -1) as [Tensor, Tensor];
        return { loc, scale: add(softplus(raw), floor), rank: eventRank('gaussian', output, batchAxes) };
      });
      return independent(normal(loc, scale), rank);
    },
  };
}
