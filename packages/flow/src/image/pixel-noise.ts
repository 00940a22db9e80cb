import type { NoParams } from '@genai/core';
import { type ConditionalFlow, type ConditionalFlowParams, conditionalFlow } from '../conditional-flow.js';
import { standardLogistic } from '../dequantize/standard-logistic.js';
import { logitTransform } from '../elementwise/logit-transform.js';
import type { CheckerboardFlowOptions } from './checkerboard-flow.js';
import { type ImageCouplingParams, imageCouplings } from './image-couplings.js';

/**
 * The learned noise q(u | x) of {@link dequantized} images: couplings of pixels on a checkerboard whose nets see the image, 4 with
 * 16 channels inside unless given. It is uniform on (0, 1) at first.
 *
 * @example
 * const noise = pixelNoise({ shape: [28, 28, 1] });
 * const digits = dequantized(checkerboardFlow({ shape: [28, 28, 1] }), { noise });
 * @throws GenaiError if a size is not an integer of at least 1; when used, if the context is no image of this shape.
 * @source Ho et al. 2019, "Flow++", section 3.1; Lippe 2022, "UvA deep learning tutorials", tutorial 11 (these sizes).
 */
export function pixelNoise({
  shape,
  count = 4,
  hidden = 16,
}: CheckerboardFlowOptions): ConditionalFlow<
  ConditionalFlowParams<readonly [NoParams, readonly ImageCouplingParams[]], NoParams, NoParams>
> {
  return conditionalFlow<readonly [NoParams, readonly ImageCouplingParams[]], NoParams>({
    transforms: [logitTransform(), imageCouplings({ shape, count, hidden, context: shape[2] })],
    base: standardLogistic(shape),
  });
}
