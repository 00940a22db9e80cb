import { type Distribution, GenaiError } from '@genai/core';
import { gumbelNoise, scope, softmaxCrossEntropy, stopGradient } from '@genai/tensor';
import { add, argMax, broadcastTo, cast, exp, mul, neg, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Entropy } from './entropy.js';
import { finiteLog, logWeights } from './log-weights.js';
import { allButLast, broadcastShape, expectValue } from './shapes.js';

/** Categorical distributions side by side. */
export interface Categorical extends Distribution<Tensor>, Entropy<Tensor> {
  readonly kind: 'categorical';
  readonly logits: Tensor;
}

/**
 * An index with probability softmax(logits), logits: (…batch, vocabulary). Samples are int32 without gradient.
 *
 * `logits` need not be normalised; −Infinity rules an index out. `logProb` takes indices of any dtype.
 *
 * @example
 * const token = categorical(logits).sample(key(0)); // (batch), logits: (batch, vocabulary)
 * @throws GenaiError if `logits` is a scalar.
 * @source Maddison et al. 2014, "A* sampling" (the Gumbel-max trick).
 */
export function categorical(logits: Tensor): Categorical {
  const vocabulary = logits.shape.at(-1);
  if (vocabulary === undefined) {
    throw new GenaiError('categorical: logits are a scalar, expected shape [… batch, vocabulary].');
  }
  const batchShape = allButLast(logits.shape, 1);
  return {
    kind: 'categorical',
    logits,
    batchShape,
    eventShape: [],
    sample: (key, shape = []) =>
      scope(() => argMax(add(stopGradient(logits), gumbelNoise(key, [...shape, ...logits.shape])), -1)),
    logProb: (x) => {
      expectValue('categorical.logProb', x, { batchShape, eventShape: [] });
      return scope(() => {
        const shape = broadcastShape('categorical.logProb', x.shape, batchShape); // (…, batch)
        const indices = broadcastTo(cast(x, 'int32'), shape);
        return neg(softmaxCrossEntropy(broadcastTo(logits, [...shape, vocabulary]), indices));
      });
    },
    entropy: () =>
      scope(() => {
        const logP = finiteLog(logWeights(logits));
        return neg(sum(mul(exp(logP), logP), -1));
      }),
  };
}
