import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, mean, mul, square, sub } from '@tensorflow/tfjs-core';
import type { Regularizer } from './regularizer.js';

/**
 * λ (E(D(x) − α_F)² + E(D(G(z)) − α_R)²) with α_R and α_F the running means of what the critic gave for real and for generated
 * examples: keeps the two from drifting apart where data are few.
 *
 * The means start at 0, so the first rounds hold the critic near 0.
 *
 * @param weight - λ.
 * @throws GenaiError if the weight is negative or not finite.
 * @source Tseng et al. 2021, "Regularizing generative adversarial networks under limited data", eq. 4.
 */
export function leCam(weight = 0.3): Regularizer {
  if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
    throw new GenaiError(`leCam: the weight must be a finite number of at least 0, got ${weight}.`);
  }
  return ({ judged, turn: { memory } }) =>
    scope(() => {
      const ofReal = mean(square(sub(judged.real, memory.fake)));
      const ofFake = mean(square(sub(judged.fake, memory.real)));
      return mul(add(ofReal, ofFake), weight);
    });
}
