import type { ConditionalFlow } from '../conditional-flow.js';
import type { Flow } from '../flow.js';
import { invert } from '../invert.js';
import { type AutoregressiveFlowOptions, autoregressiveLayer } from './maf.js';
import {
  type InContextOptions,
  stacked,
  type VectorConditionalFlowParams,
  type VectorFlowParams,
  type WithoutContext,
} from './stacked.js';

/**
 * An inverse autoregressive flow: {@link maf} the other way round, so that a draw takes one pass and the density of data
 * `passes`. For posteriors and for learning from an energy, where one scores what one has drawn.
 *
 * @example
 * const posterior = iaf({ features: 16, context: 64 });
 * @throws GenaiError if a number is out of range.
 * @source Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow".
 */
export function iaf(options: WithoutContext<AutoregressiveFlowOptions>): Flow<VectorFlowParams>;
export function iaf(options: InContextOptions<AutoregressiveFlowOptions>): ConditionalFlow<VectorConditionalFlowParams>;
export function iaf(
  options: AutoregressiveFlowOptions,
): Flow<VectorFlowParams> | ConditionalFlow<VectorConditionalFlowParams> {
  return stacked(options, (i) => invert(autoregressiveLayer(options, i)));
}
