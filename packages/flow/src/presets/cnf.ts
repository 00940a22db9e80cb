import type { DenseParams } from '@genai/nn';
import { mlp } from '@genai/nn';
import { silu } from '@genai/tensor';
import type { ConditionalFlow } from '../conditional-flow.js';
import { type ContinuousFlowOptions, continuousFlow } from '../continuous/continuous-flow.js';
import type { Flow } from '../flow.js';
import {
  type InContextOptions,
  stacked,
  type VectorConditionalFlowParams,
  type VectorFlowOptions,
  type VectorFlowParams,
  type WithoutContext,
} from './stacked.js';

/** Continuous flows: one unless `transforms` says otherwise, with SiLU unless `activation` does. */
export type ContinuousFlowPresetOptions = VectorFlowOptions &
  Pick<ContinuousFlowOptions<readonly DenseParams[]>, 'time' | 'trace' | 'solver'>;

/**
 * A continuous normalising flow before N(0, I): data follow a field for a time of 1; with `context` p(x | c).
 *
 * @example
 * const density = cnf({ features: 2, hidden: [64, 64] });
 * @throws GenaiError if a number is out of range.
 * @source Chen et al. 2018, "Neural ordinary differential equations"; Grathwohl et al. 2019, "FFJORD".
 */
export function cnf(options: WithoutContext<ContinuousFlowPresetOptions>): Flow<VectorFlowParams>;
export function cnf(
  options: InContextOptions<ContinuousFlowPresetOptions>,
): ConditionalFlow<VectorConditionalFlowParams>;
export function cnf(
  options: ContinuousFlowPresetOptions,
): Flow<VectorFlowParams> | ConditionalFlow<VectorConditionalFlowParams> {
  const { transforms = 1, hidden = [64, 64], activation = silu, ...rest } = options;
  const net = (inputs: number, outputs: number) => mlp([inputs, ...hidden, outputs], { activation });
  return stacked({ ...options, transforms }, () => continuousFlow({ ...rest, net }));
}
