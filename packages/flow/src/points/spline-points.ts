import { expectIntegers, type Key, type NoParams, split, type Tree } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import type { ConditionalFlow } from '../conditional-flow.js';
import type { FlowParams } from '../flow.js';
import { flowAt } from '../flow-at.js';
import { rationalQuadraticMap } from '../scalar/rational-quadratic-map.js';
import type { ScalarMap } from '../scalar-map.js';
import { modulatedCoupling } from './modulated-coupling.js';
import type { ModulatedMlpParams } from './modulated-mlp.js';

/** The parameters of {@link splinePoints}. */
export type SplinePointsParams = FlowParams<readonly ModulatedMlpParams[], NoParams>;

/** How {@link splinePoints} is made. */
export interface SplinePointsOptions {
  /** Latents of a shape. */
  readonly context: number;
  /** Of a point: 3 unless given. */
  readonly features?: number;
  /** How many maps stand one after another: twice as many as features unless given. */
  readonly transforms?: number;
  /** Widths of the net of each point: [64, 64] unless given. */
  readonly hidden?: readonly number[];
  /** Widths of the net of the shape that rules the other: [64] unless given. */
  readonly modulation?: readonly number[];
  /** How a coordinate is moved: {@link rationalQuadraticMap} of 8 bins on ±4 unless given. Standardise the points. */
  readonly map?: ScalarMap;
}

/**
 * A flow of the points of shapes, p(x | z), quick in both directions: {@link modulatedCoupling}s that move one coordinate after another as
 * the others and the shape say, with splines, before N(0, I). What z has to say is computed once a shape, not once a point.
 *
 * @example
 * const points = splinePoints({ context: 16 });
 * const shapes = pointFlow({ encoder: gaussian(pointNet({ outputs: 32 })), prior, points, count: 512 });
 * @throws GenaiError if a number is out of range; when used, as {@link modulatedCoupling}.
 * @source Durkan et al. 2019, "Neural spline flows", section 3; Perez et al. 2018, "FiLM", eq. 2.
 */
export function splinePoints({
  context: size,
  features = 3,
  transforms = 2 * features,
  map = rationalQuadraticMap({ bound: 4 }),
  ...nets
}: SplinePointsOptions): ConditionalFlow<SplinePointsParams> {
  expectIntegers('splinePoints', { features }, 2);
  expectIntegers('splinePoints', { transforms, context: size });
  const maps = Array.from({ length: transforms }, (_, i) => {
    const passes = Array.from({ length: features }, (_, feature) => feature !== i % features);
    return modulatedCoupling({ features, context: size, passes, map, ...nets });
  });
  const base = standardNormal(features);
  const init = (key: Key): SplinePointsParams => {
    const [a, b] = split(key);
    const keys = split(a, transforms);
    return scope(() => ({ transforms: maps.map((map, i) => map.init(keys[i]!)), base: base.init(b) }));
  };
  const at: ConditionalFlow<SplinePointsParams>['at'] = (context) =>
    flowAt<SplinePointsParams>({
      init,
      maps: maps.map((map) => inContext(map, context)),
      base: (params) => base.given(params.base),
      context: { rows: context.shape[0] ?? 1, of: () => context },
    });
  return { init, at, given: (params, context) => at(context).given(params) };
}

/** The map at the shapes as they are, not repeated for their points. */
function inContext<P extends Tree<Tensor>>(map: Bijector<P>, context: Tensor): Bijector<Tree<Tensor>> {
  return {
    init: map.init,
    forward: (params, x) => map.forward(params as P, x, context),
    inverse: (params, y) => map.inverse(params as P, y, context),
    ...(map.tolerance !== undefined && { tolerance: map.tolerance }),
  };
}
