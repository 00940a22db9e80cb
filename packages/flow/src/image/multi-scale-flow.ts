import type { NoParams } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { logitTransform } from '../elementwise/logit-transform.js';
import { type Flow, type FlowParams, flow } from '../flow.js';
import { sequence } from '../sequence.js';
import { factorOut } from './factor-out.js';
import { flattenEvent } from './flatten-event.js';
import { type ImageCouplingParams, imageCouplings } from './image-couplings.js';
import { squeeze } from './squeeze.js';

/** The sizes of {@link multiScaleFlow}. */
export interface MultiScaleFlowOptions {
  /** Of an image, [height, width, channels]; height and width are multiples of 4. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Channels inside the nets of the three scales. Default [32, 48, 64]. */
  readonly hidden?: readonly [fine: number, middle: number, coarse: number];
}

/** The parameters of three scales: of the logit, the couplings of pixels, and of channels before and behind the cut. */
export type MultiScaleFlowParams = FlowParams<
  readonly [
    NoParams,
    readonly ImageCouplingParams[],
    NoParams,
    readonly ImageCouplingParams[],
    readonly [NoParams, readonly ImageCouplingParams[], NoParams],
  ],
  NoParams
>;

/**
 * A flow of images in [0, 1] over three scales: 2 couplings of pixels, squeeze, 2 of channels, half of them leave, squeeze, 4 of
 * channels. Its noise is a vector, the middle scale first.
 *
 * @example
 * const digits = dequantized(multiScaleFlow({ shape: [28, 28, 1] }), { noise: pixelNoise({ shape: [28, 28, 1] }) });
 * @throws GenaiError if a size is not an integer of at least 1; when used, if height or width are no multiples of 4.
 * @source Dinh et al. 2017, "Density estimation using Real NVP", section 3.6; Lippe 2022, "UvA deep learning tutorials",
 * tutorial 11 (these sizes).
 */
export function multiScaleFlow({ shape, hidden = [32, 48, 64] }: MultiScaleFlowOptions): Flow<MultiScaleFlowParams> {
  const [height, width, channels] = shape;
  const middle = [height / 2, width / 2, 4 * channels] as const;
  const coarse = [height / 4, width / 4, 8 * channels] as const;
  const rest = sequence<MultiScaleFlowParams['transforms'][4]>(
    squeeze(),
    imageCouplings({ shape: coarse, count: 4, by: 'channels', hidden: hidden[2] }),
    flattenEvent(coarse),
  );
  return flow<MultiScaleFlowParams['transforms'], NoParams>({
    transforms: [
      logitTransform({ alpha: EDGE }),
      imageCouplings({ shape, count: 2, hidden: hidden[0] }),
      squeeze(),
      imageCouplings({ shape: middle, count: 2, by: 'channels', hidden: hidden[1] }),
      factorOut({ shape: middle, rest }),
    ],
    base: standardNormal(height * width * channels),
  });
}

/** What the logit is kept away from 0 and 1: half of the tutorial's 1e-5, which it counts for both ends. */
const EDGE = 5e-6;
