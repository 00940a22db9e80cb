import type { DenseParams } from '@genai/nn';
import { autoregressive } from '../autoregressive.js';
import type { Bijector } from '../bijector.js';
import type { ConditionalFlow } from '../conditional-flow.js';
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

/** Flows of autoregressive maps. */
export interface AutoregressiveFlowOptions extends VectorFlowOptions {
  /** How a feature is moved: {@link affineMap} unless given. */
  readonly map?: ScalarMap;
  /** Passes that a draw needs, `features` unless given: features go in so many groups. */
  readonly passes?: number;
}

/**
 * A masked autoregressive flow: each feature is moved as those before it say, forwards and backwards in turn, before N(0, I);
 * with `context` p(x | c). The density takes one pass, a draw `passes`.
 *
 * @example
 * const density = maf({ features: 6, transforms: 5, hidden: [128, 128] });
 * @throws GenaiError if a number is out of range.
 * @source Papamakarios et al. 2017, "Masked autoregressive flow for density estimation".
 */
export function maf(options: WithoutContext<AutoregressiveFlowOptions>): Flow<VectorFlowParams>;
export function maf(options: InContextOptions<AutoregressiveFlowOptions>): ConditionalFlow<VectorConditionalFlowParams>;
export function maf(
  options: AutoregressiveFlowOptions,
): Flow<VectorFlowParams> | ConditionalFlow<VectorConditionalFlowParams> {
  return stacked(options, (i) => autoregressiveLayer(options, i));
}

/** Map i of such a flow: features are made forwards and backwards in turn. */
export function autoregressiveLayer(
  { transforms: _count, map = affineMap(), ...rest }: AutoregressiveFlowOptions,
  i: number,
): Bijector<readonly DenseParams[]> {
  const forwards = Array.from({ length: rest.features }, (_, feature) => feature);
  return autoregressive({ ...rest, map, order: i % 2 ? forwards.reverse() : forwards });
}
