import type { ConditionalFlow } from '../conditional-flow.js';
import type { Flow } from '../flow.js';
import { rationalQuadraticMap } from '../scalar/rational-quadratic-map.js';
import { type AutoregressiveFlowOptions, maf } from './maf.js';
import type { InContextOptions, VectorConditionalFlowParams, VectorFlowParams, WithoutContext } from './stacked.js';

/** Neural spline flows. */
export interface SplineFlowOptions extends Omit<AutoregressiveFlowOptions, 'map'> {
  /** Bins of each spline: 8 unless given. */
  readonly bins?: number;
  /** Splines act within ±`bound`, 5 unless given, and are the identity beyond: standardise the data. */
  readonly bound?: number;
}

/**
 * A neural spline flow: {@link maf} with rational-quadratic splines; `passes: 2` makes couplings of it.
 *
 * @example
 * const moonsDensity = nsf({ features: 2, transforms: 3, bins: 16 });
 * @throws GenaiError if a number is out of range.
 * @source Durkan et al. 2019, "Neural spline flows".
 */
export function nsf(options: WithoutContext<SplineFlowOptions>): Flow<VectorFlowParams>;
export function nsf(options: InContextOptions<SplineFlowOptions>): ConditionalFlow<VectorConditionalFlowParams>;
export function nsf({
  bins,
  bound,
  ...options
}: SplineFlowOptions): Flow<VectorFlowParams> | ConditionalFlow<VectorConditionalFlowParams> {
  const map = rationalQuadraticMap({ ...(bins !== undefined && { bins }), ...(bound !== undefined && { bound }) });
  return maf({ ...(options as InContextOptions<AutoregressiveFlowOptions>), map });
}
