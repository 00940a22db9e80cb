import { GenaiError } from '@genai/core';
import { add, addN, div } from '@tensorflow/tfjs-core';
import { expectScale, type Kernel } from './kernel.js';

/**
 * Σₛ C / (C + d²) with C = 2 · scale · features, one term for each of `scales`, [1] unless given: heavier tails than the
 * Gaussian's, so that codes far from the prior still feel it.
 *
 * @example
 * mmdVae(digits, { lambda: 10, kernel: inverseMultiquadraticKernel([0.1, 0.2, 0.5, 1, 2, 5, 10]) });
 * @throws GenaiError if there is no scale or one that is not above 0 and finite.
 * @source Tolstikhin et al. 2018, "Wasserstein auto-encoders", section 4.
 */
export function inverseMultiquadraticKernel(scales: readonly number[] = [1]): Kernel {
  if (scales.length === 0)
    throw new GenaiError('inverseMultiquadraticKernel: scales is empty. Pass [1] for one kernel.');
  for (const scale of scales) expectScale('inverseMultiquadraticKernel', scale);
  return (squares, features) =>
    addN(
      scales.map((scale) => {
        const constant = 2 * scale * features;
        return div(constant, add(squares, constant));
      }),
    );
}
