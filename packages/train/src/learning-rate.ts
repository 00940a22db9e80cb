import { GenaiError, type Schedule } from '@genai/core';
import { scalar, type Tensor } from '@tensorflow/tfjs-core';

/** A learning rate that stays, or one that follows the updates made so far. */
export type LearningRate = number | Schedule<Tensor>;

/** The rate at `step`, a float scalar. */
export function rateAt(learningRate: LearningRate, step: Tensor): Tensor {
  return typeof learningRate === 'number' ? scalar(learningRate) : learningRate(step);
}

/** @throws GenaiError unless `learningRate` is a schedule or a finite number of at least 0. */
export function expectRate(where: string, learningRate: LearningRate): void {
  if (typeof learningRate === 'function' || (Number.isFinite(learningRate) && learningRate >= 0)) return;
  throw new GenaiError(`${where}: learningRate must be a number of at least 0 or a schedule, got ${learningRate}.`);
}

/** @throws GenaiError unless 0 ≤ `value` < 1. */
export function expectDiscount(where: string, name: string, value: number): void {
  if (value >= 0 && value < 1) return;
  throw new GenaiError(`${where}: ${name} must be at least 0 and less than 1, got ${value}.`);
}

/** @throws GenaiError unless `value` is a finite number of at least 0. */
export function expectNotNegative(where: string, name: string, value: number): void {
  if (value >= 0 && Number.isFinite(value)) return;
  throw new GenaiError(`${where}: ${name} must be a number of at least 0, got ${value}.`);
}
