import type { Schedule } from '@genai/core';
import { scope } from '@genai/tensor';
import { mul, type Tensor } from '@tensorflow/tfjs-core';
import type { LearningRate } from './learning-rate.js';

/**
 * A schedule, or a learning rate of any kind, times a number.
 *
 * @example
 * adamW(scaled(warmupCosine({ peak: 3e-4, steps: 5_000 }), 0.1));
 */
export function scaled(schedule: Schedule<Tensor>, factor: number): Schedule<Tensor>;
export function scaled(learningRate: LearningRate, factor: number): LearningRate;
export function scaled(learningRate: LearningRate, factor: number): LearningRate {
  if (typeof learningRate === 'number') return learningRate * factor;
  return (step) => scope(() => mul(learningRate(step), factor));
}
