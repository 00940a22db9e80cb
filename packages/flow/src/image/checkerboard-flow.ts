import type { NoParams } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { logitTransform } from '../elementwise/logit-transform.js';
import { type Flow, type FlowParams, flow } from '../flow.js';
import { type ImageCouplingParams, imageCouplings } from './image-couplings.js';

/** The sizes of {@link checkerboardFlow}. */
export interface CheckerboardFlowOptions {
  /** Of an image: [height, width, channels]. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** How many couplings. Default 8. */
  readonly count?: number;
  /** Channels inside their nets. Default 32. */
  readonly hidden?: number;
}

/**
 * A flow of images in [0, 1] at one scale: a logit, then couplings of pixels on a checkerboard.
 *
 * @example
 * const digits = dequantized(checkerboardFlow({ shape: [28, 28, 1] }));
 * @throws GenaiError if a size is not an integer of at least 1.
 * @source Lippe 2022, "UvA deep learning tutorials", tutorial 11 (these sizes); Dinh et al. 2017, "Density estimation using Real
 * NVP", sections 3.4 and 4.1 (the logit).
 */
export function checkerboardFlow({
  shape,
  count = 8,
  hidden = 32,
}: CheckerboardFlowOptions): Flow<FlowParams<readonly [NoParams, readonly ImageCouplingParams[]], NoParams>> {
  return flow<readonly [NoParams, readonly ImageCouplingParams[]], NoParams>({
    transforms: [logitTransform({ alpha: EDGE }), imageCouplings({ shape, count, hidden })],
    base: standardNormal(shape),
  });
}

/** What the logit is kept away from 0 and 1: half of the tutorial's 1e-5, which it counts for both ends. */
const EDGE = 5e-6;
