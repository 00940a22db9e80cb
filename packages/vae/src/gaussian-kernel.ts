import { exp, mul } from '@tensorflow/tfjs-core';
import { expectScale, type Kernel } from './kernel.js';

/**
 * exp(−d² / 2σ²) with σ² = `scale` · features, `scale` 1 unless given: the squared distance of two draws of N(0, I) is
 * 2 · features on average, so that the kernel fits latents of any size.
 *
 * @example
 * infoVae(digits, { alpha: 0, lambda: 1_000, kernel: gaussianKernel() });
 * @throws GenaiError if `scale` is not above 0 and finite.
 * @source Zhao et al. 2017, "InfoVAE: information maximizing variational autoencoders".
 */
export function gaussianKernel(scale = 1): Kernel {
  expectScale('gaussianKernel', scale);
  return (squares, features) => exp(mul(squares, -0.5 / (scale * features)));
}
