import { mlp, truncatedNormal } from '@genai/nn';
import { relu } from '@tensorflow/tfjs-core';
import type { ConditionalFlow } from '../conditional-flow.js';
import { coupling } from '../coupling.js';
import type { Flow } from '../flow.js';
import { affineMap } from '../scalar/affine-map.js';
import type { ScalarMap } from '../scalar-map.js';
import {
  type InContextOptions,
  stacked,
  type VectorConditionalFlowParams,
  type VectorFlowOptions,
  type VectorFlowParams,
  type WithoutContext,
} from './stacked.js';

/** Flows of couplings. */
export interface CouplingFlowOptions extends VectorFlowOptions {
  /** How a feature is moved: {@link affineMap} unless given. */
  readonly map?: ScalarMap;
}

/**
 * RealNVP for vectors: affine couplings, even and odd features passing in turn, before N(0, I); with `context` p(x | c). It is nearly
 * the identity at first.
 *
 * With `map: rationalQuadraticMap()` it is a neural spline flow of couplings, quick both ways.
 *
 * @example
 * const density = realNvp({ features: 2, transforms: 8 });
 * @throws GenaiError if a number is out of range.
 * @source Dinh et al. 2017, "Density estimation using Real NVP".
 */
export function realNvp(options: WithoutContext<CouplingFlowOptions>): Flow<VectorFlowParams>;
export function realNvp(options: InContextOptions<CouplingFlowOptions>): ConditionalFlow<VectorConditionalFlowParams>;
export function realNvp(
  options: CouplingFlowOptions,
): Flow<VectorFlowParams> | ConditionalFlow<VectorConditionalFlowParams> {
  const { features, context = 0, hidden = [64, 64], activation = relu, map = affineMap() } = options;
  // Near the identity at first: the scales of several maps would multiply to millions.
  const lastInitializer = truncatedNormal(0.01);
  const net = (inputs: number, outputs: number) => mlp([inputs, ...hidden, outputs], { activation, lastInitializer });
  return stacked(options, (i) => coupling({ features, context, passes: i % 2 ? 'odd' : 'even', map, net }));
}
