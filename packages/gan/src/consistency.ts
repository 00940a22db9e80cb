import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, mean, mul, scalar, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Augmentation } from './adversarial.js';
import type { Regularizer } from './regularizer.js';

/**
 * λ E(D(x) − D(T(x)))²: the critic should judge a real example and a changed one alike, so that it looks at what the change
 * leaves.
 *
 * Unlike `augment` of {@link adversarial}, what the critic is told is real is never a changed example.
 *
 * @param augment - T, at full strength.
 * @param weight - λ.
 * @param fakeWeight - the weight of the same cost over the generator's examples, 0 unless given ("balanced consistency").
 * @example
 * adversarial(faces, { loss: hinge(), regularizers: [consistency(diffAugment({ color: false }))] });
 * @throws GenaiError if a weight is negative or not finite.
 * @source Zhang et al. 2020, "Consistency regularization for generative adversarial networks", eq. 3 and 4; for both kinds:
 * Zhao et al. 2021, "Improved consistency regularization for GANs", algorithm 1.
 */
export function consistency(augment: Augmentation, weight = 10, fakeWeight = 0): Regularizer {
  for (const value of [weight, fakeWeight]) {
    if (value >= 0 && value < Number.POSITIVE_INFINITY) continue;
    throw new GenaiError(`consistency: a weight must be a finite number of at least 0, got ${value}.`);
  }
  return ({ judge, real, fake, judged, key }) => {
    const cost = (x: Tensor, before: Tensor, by: number): Tensor =>
      mul(mean(square(sub(before, judge(augment(x, key, scalar(1)))))), by);
    return scope(() => {
      const ofReal = cost(real, judged.real, weight);
      return fakeWeight > 0 ? add(ofReal, cost(fake, judged.fake, fakeWeight)) : ofReal;
    });
  };
}
