import { type NoParams, sizeOf } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { logitTransform } from '../elementwise/logit-transform.js';
import { type Flow, type FlowParams, flow } from '../flow.js';
import { standardize } from '../linear/standardize.js';
import { type SplineScalesOptions, type SplineScalesParams, splineScales } from './spline-scales.js';

/** The parameters of {@link splineImageFlow}. */
export type SplineImageFlowParams = FlowParams<readonly [NoParams, NoParams, SplineScalesParams], NoParams>;

/**
 * A flow of dequantised images made of {@link splineScales}. A pixel that is nearly always black is uniform noise between two greys:
 * an affine map cannot make a normal of it, which costs bits at every such pixel, a spline can.
 *
 * @example
 * const digits = dequantized(splineImageFlow({ shape: [28, 28, 1] }));
 * const step = minimize(boundNll(digits), adam(1e-3)); // batches (batch, 28, 28, 1) of integers 0 … 255
 * @throws GenaiError as {@link splineScales} does.
 * @source Durkan et al. 2019, "Neural spline flows"; the logit: Dinh et al. 2017, "Density estimation using Real NVP", section 4.1.
 */
export function splineImageFlow(options: SplineScalesOptions): Flow<SplineImageFlowParams> {
  return flow<SplineImageFlowParams['transforms'], NoParams>({
    transforms: [logitTransform({ alpha: EDGE }), standardize(CENTRE, SPREAD), splineScales(options)],
    base: standardNormal(sizeOf(options.shape)),
  });
}

/** What the logit is kept away from 0 and 1, as in {@link checkerboardFlow}: it then lies within ±12.2. */
const EDGE = 5e-6;
/** Black is near −6.5 there, white near 6.5; most is black. */
const [CENTRE, SPREAD] = [-3, 3];
