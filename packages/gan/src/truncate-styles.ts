import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, mul, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * w̄ + ψ (w − w̄): styles (batch, …) drawn towards their mean (…), where a style-based generator makes its most typical
 * examples. At ψ = 0 there is one example, at 1 the styles stay, beyond they are exaggerated.
 *
 * @param psi - ψ, 0.7 unless given.
 * @example
 * const average = mean(map(normalNoise(key(0), [4096, 64])), 0); // (features), map: from codes to styles
 * const typical = synthesise(truncateStyles(map(z), average, 0.5));
 * @throws GenaiError if ψ is not finite or the mean has not the shape of one style.
 * @source Karras et al. 2019, "A style-based generator architecture for generative adversarial networks", appendix B.
 */
export function truncateStyles(styles: Tensor, mean: Tensor, psi = 0.7): Tensor {
  if (!Number.isFinite(psi)) throw new GenaiError(`truncateStyles: psi must be a finite number, got ${psi}.`);
  if (String(styles.shape.slice(1)) !== String(mean.shape)) {
    throw new GenaiError(
      `truncateStyles: the mean has shape [${mean.shape}], styles have shape [${styles.shape}]. Pass the mean over the batch.`,
    );
  }
  return scope(() => add(mean, mul(sub(styles, mean), psi)));
}
