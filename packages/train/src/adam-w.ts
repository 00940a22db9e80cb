import type { Optimizer } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type AdamOptions, type AdamState, adamWith } from './adam.js';
import { expectNotNegative, type LearningRate } from './learning-rate.js';

/** What {@link adamW} can vary. */
export interface AdamWOptions extends AdamOptions {
  /** Each update multiplies a parameter by `1 − learningRate · weightDecay`; default 0.01. */
  readonly weightDecay?: number;
  /** Which leaves decay; default all. Biases and norms are often left out: `(_, leaf) => leaf.rank > 1`. */
  readonly decays?: (path: string, leaf: Tensor) => boolean;
}

/**
 * Adam with weight decay apart from the gradient; equal to `torch.optim.AdamW`.
 *
 * @example
 * minimize(objective, adamW(3e-4, { weightDecay: 0.1, decays: (_, leaf) => leaf.rank > 1 }));
 * @throws GenaiError if a number is out of its range.
 * @source Loshchilov & Hutter 2019, "Decoupled weight decay regularization", algorithm 2.
 */
export function adamW(
  learningRate: LearningRate,
  { weightDecay = 0.01, decays = () => true, ...options }: AdamWOptions = {},
): Optimizer<Tensor, AdamState> {
  expectNotNegative('adamW', 'weightDecay', weightDecay);
  return adamWith('adamW', learningRate, options, { weightDecay, decays });
}
