import type { ConditionalFlow } from '../conditional-flow.js';
import type { Flow } from '../flow.js';
import { shiftMap } from '../scalar/shift-map.js';
import { realNvp } from './real-nvp.js';
import type {
  InContextOptions,
  VectorConditionalFlowParams,
  VectorFlowOptions,
  VectorFlowParams,
  WithoutContext,
} from './stacked.js';

/**
 * NICE: couplings that only shift, so that volumes stay; put {@link affine} before the noise to learn scales.
 *
 * @example
 * const density = nice({ features: 2, transforms: 4 });
 * @throws GenaiError if a number is out of range.
 * @source Dinh et al. 2015, "NICE: Non-linear independent components estimation".
 */
export function nice(options: WithoutContext<VectorFlowOptions>): Flow<VectorFlowParams>;
export function nice(options: InContextOptions<VectorFlowOptions>): ConditionalFlow<VectorConditionalFlowParams>;
export function nice(
  options: VectorFlowOptions,
): Flow<VectorFlowParams> | ConditionalFlow<VectorConditionalFlowParams> {
  return realNvp({ ...(options as InContextOptions<VectorFlowOptions>), map: shiftMap() });
}
