import { GenaiError, type Schedule } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, clipByValue, cos, div, floor, minimum, mul, pow, scalar, sub, type Tensor } from '@tensorflow/tfjs-core';

/** The same value at every update. */
export function constant(value: number): Schedule<Tensor> {
  return () => scalar(value);
}

/**
 * From `from` at the first update to `to` after `steps` of them, and `to` from there on.
 *
 * @example
 * elbo(model, { beta: linear(0, 1, 2_000) }); // KL warm-up
 * @throws GenaiError unless `steps` is above 0.
 */
export function linear(from: number, to: number, steps: number): Schedule<Tensor> {
  expectSteps('linear', 'steps', steps);
  return (step) => scope(() => add(mul(clipByValue(div(step, steps), 0, 1), to - from), from));
}

/** What {@link warmupCosine} needs. */
export interface WarmupCosineOptions {
  /** The highest value, reached after `warmup` updates. */
  readonly peak: number;
  /** Updates of linear rise; the first has `peak / (warmup + 1)`. Default 0. */
  readonly warmup?: number;
  /** Updates after which `end` is reached, the warm-up among them. */
  readonly steps: number;
  /** The value from there on; default 0. */
  readonly end?: number;
}

/**
 * A linear rise to `peak`, then half a cosine down to `end`.
 *
 * @example
 * adamW(warmupCosine({ peak: 3e-4, warmup: 100, steps: 5_000, end: 3e-5 }));
 * @throws GenaiError unless 0 ≤ `warmup` < `steps`.
 * @source Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts", eq. 5.
 */
export function warmupCosine({ peak, warmup = 0, steps, end = 0 }: WarmupCosineOptions): Schedule<Tensor> {
  if (!(warmup >= 0 && warmup < steps)) {
    throw new GenaiError(`warmupCosine: warmup must be from 0 to below steps (${steps}), got ${warmup}.`);
  }
  return (step) =>
    scope(() => {
      const rise = minimum(div(add(step, 1), warmup + 1), 1);
      const progress = clipByValue(div(sub(step, warmup), steps - warmup), 0, 1);
      // At progress 0 the cosine's part is `peak`, so one product serves both branches.
      return mul(rise, add(mul(add(cos(mul(progress, Math.PI)), 1), (peak - end) / 2), end));
    });
}

/** What {@link stepDecay} needs. */
export interface StepDecayOptions {
  /** The value of the first `every` updates. */
  readonly start: number;
  /** What the value is multiplied with, again and again. */
  readonly factor: number;
  /** Updates between two multiplications. */
  readonly every: number;
}

/**
 * `start · factor^⌊step / every⌋`: constant, multiplied by `factor` each `every` updates.
 *
 * @example
 * sgd(stepDecay({ start: 0.1, factor: 0.1, every: 30_000 }), { momentum: 0.9 });
 * @throws GenaiError unless `every` and `factor` are above 0.
 */
export function stepDecay({ start, factor, every }: StepDecayOptions): Schedule<Tensor> {
  expectSteps('stepDecay', 'every', every);
  if (!(factor > 0)) throw new GenaiError(`stepDecay: factor must be above 0, got ${factor}.`);
  // Half an update more, because a GPU may make 1.9999999 of 6 / 3.
  return (step) => scope(() => mul(pow(factor, floor(div(add(step, 0.5), every))), start));
}

/** What {@link cyclical} can vary. */
export interface CyclicalOptions {
  /** Updates in one cycle. */
  readonly period: number;
  /** The part of a cycle that rises, above 0 to 1; default 0.5. */
  readonly rise?: number;
  /** The value after the rise; default 1. */
  readonly peak?: number;
}

/**
 * Cycles that rise linearly from 0 to `peak` and then stay there.
 *
 * @example
 * elbo(model, { beta: cyclical({ period: 2_500 }) });
 * @throws GenaiError unless `period` is an integer above 0 and 0 < `rise` ≤ 1.
 * @source Fu et al. 2019, "Cyclical annealing schedule", eq. 6.
 */
export function cyclical({ period, rise = 0.5, peak = 1 }: CyclicalOptions): Schedule<Tensor> {
  if (!Number.isInteger(period) || period < 1) {
    throw new GenaiError(`cyclical: period must be an integer of at least 1, got ${period}.`);
  }
  if (!(rise > 0 && rise <= 1)) throw new GenaiError(`cyclical: rise must be above 0 and at most 1, got ${rise}.`);
  return (step) =>
    scope(() => {
      const cycle = floor(div(add(step, 0.5), period)); // half an update more: see stepDecay
      return mul(minimum(div(sub(step, mul(cycle, period)), rise * period), 1), peak);
    });
}

function expectSteps(where: string, name: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new GenaiError(`${where}: ${name} must be above 0, got ${value}.`);
  }
}
