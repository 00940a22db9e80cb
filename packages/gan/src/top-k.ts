import { GenaiError } from '@genai/core';
import { gather, scope, stopGradient } from '@genai/tensor';
import { type Tensor, topk } from '@tensorflow/tfjs-core';
import type { AdversarialLoss } from './losses.js';

/**
 * A loss whose generator learns only from the `share` of its examples that the critic finds most real: the others would pull
 * it away from the data. The critic learns from all.
 *
 * At least one example is kept. A relativistic loss keeps the pairs of those examples.
 *
 * @param share - from above 0 to 1: which part of a batch is kept.
 * @example
 * adversarial(points, { loss: topK(hinge(), 0.75) });
 * @throws GenaiError if the share is not above 0 and at most 1.
 * @source Sinha et al. 2020, "Top-k training of GANs: improving GAN performance by throwing away bad samples", section 3.
 */
export function topK(loss: AdversarialLoss, share: number): AdversarialLoss {
  if (!(share > 0 && share <= 1)) throw new GenaiError(`topK: share must be above 0 and at most 1, got ${share}.`);
  return {
    critic: loss.critic,
    generator: (fake, real) =>
      scope(() => {
        const count = Math.max(1, Math.round(share * fake.size));
        const { indices } = topk(stopGradient(fake), count, false); // (count)
        const kept = (judged: Tensor): Tensor => gather(judged, indices);
        return loss.generator(kept(fake), () => kept(real()));
      }),
  };
}
