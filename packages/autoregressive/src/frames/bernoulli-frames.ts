import { type Bernoulli, bernoulli, type Independent, independent } from '@genai/distributions';
import type { DenseParams } from '@genai/nn';
import { dense, glorotUniform } from '@genai/nn';
import { scope } from '@genai/tensor';
import { clamped } from './clamped.js';
import type { FrameDistribution, FrameEmission } from './frame-distribution.js';

/** Notes that do not depend on each other once the past is known; `base.logits` is (…batch, features). */
export type BernoulliFrames = Independent<Bernoulli> & FrameDistribution;

/**
 * Frames whose notes are independent given the past, each 1 with its own probability: σ(W y + b) of what the net gives.
 *
 * @example
 * const music = frameModel({ features: 88, net, emission: bernoulliFrames(net.outputs, 88) }); // what it takes if none is named
 * @throws GenaiError if a size is not an integer of at least 1; when used, if the last axis is not `inputs`.
 * @source Bai et al. 2018, "An empirical evaluation of generic convolutional and recurrent networks for sequence modeling", section 4
 * (polyphonic music).
 */
export function bernoulliFrames(inputs: number, features: number): FrameEmission<DenseParams, BernoulliFrames> {
  const head = dense(inputs, features, { initializer: glorotUniform });
  return {
    init: head.init,
    given: (params, output) => {
      const logits = head.apply(params, output); // (…batch, features)
      return {
        ...independent(bernoulli(logits), 1),
        complete: (key, x, known) => scope(() => bernoulli(clamped(logits, x, known)).sample(key)),
      };
    },
  };
}
