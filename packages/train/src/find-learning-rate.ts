import { expectIntegers, GenaiError, type Key, type Schedule, type Step, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { exp, mul, type Tensor } from '@tensorflow/tfjs-core';
import type { BatchSource } from './batch-reader.js';
import { NotFiniteError } from './not-finite-error.js';
import { train } from './train.js';

/** What {@link findLearningRate} needs and can vary. */
export interface FindLearningRateOptions<B> {
  /** The batches, one per rate; when they end early the sweep ends. */
  readonly data: BatchSource<B>;
  /** Where all randomness comes from, as for `train`. */
  readonly key: Key;
  /** The first rate; default 1e-7. */
  readonly from?: number;
  /** The last rate; default 10. */
  readonly to?: number;
  /** Rates to try; default 100. */
  readonly steps?: number;
  /** How much of the running mean of the losses stays at each; default 0.9. */
  readonly smoothing?: number;
  /** Ends the sweep once the mean is this many times what was gained (or the lowest loss, if that is more) above the lowest; default 4. */
  readonly divergence?: number;
  /** Stops the sweep: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A rate that was tried. */
export interface RatePoint {
  readonly rate: number;
  /** The loss of the batch, before the update with this rate. */
  readonly loss: number;
  /** The running mean of the losses, free of bias from the start. */
  readonly smoothed: number;
}

/** What {@link findLearningRate} has found. */
export interface FoundLearningRate {
  /** All rates tried, rising; for a picture with the rate on a logarithmic axis. */
  readonly points: readonly RatePoint[];
  /** Where the smoothed loss falls most steeply by the logarithm of the rate: what to begin with. */
  readonly steepest: number;
  /** A tenth of the rate at the lowest smoothed loss: another rule of thumb. */
  readonly tenthOfLowest: number;
  /** Whether the sweep has come to rates at which the loss grows without end. */
  readonly diverged: boolean;
}

/**
 * Tries learning rates, each a little higher than the last, in one short run from fresh parameters.
 *
 * `step` makes the step to be trained from the rate, as for training itself. Its state is made, used and freed here: to start
 * from given parameters, give an objective whose `init` copies them.
 *
 * @example
 * const { steepest } = await findLearningRate((rate) => minimize(elbo(digits), adam(rate)), { data, key: key(0) });
 * await using run = train(minimize(elbo(digits), adam(steepest)), { data, steps: 5_000, key: key(0) });
 * @throws GenaiError unless 0 < `from` < `to`, `steps` is an integer of at least 3, 0 ≤ `smoothing` < 1 and `divergence` > 0; if
 * fewer than 3 rates could be tried. The signal's reason, and whatever the step or the data throw.
 * @source Smith 2017, "Cyclical learning rates for training neural networks", section 3.3; the exponential sweep and the smoothing
 * as in Gugger 2018, "How do you find a good learning rate".
 */
export async function findLearningRate<S extends Tree<Tensor>, B>(
  step: (rate: Schedule<Tensor>) => Step<S, B, { readonly loss: Tensor }>,
  { data, key, from = 1e-7, to = 10, steps = 100, smoothing = 0.9, divergence = 4, signal }: FindLearningRateOptions<B>,
): Promise<FoundLearningRate> {
  expectIntegers('findLearningRate', { steps }, 3);
  if (!(from > 0 && from < to && Number.isFinite(to))) {
    throw new GenaiError(`findLearningRate: from must be above 0 and below to, got from ${from} to ${to}.`);
  }
  if (!(smoothing >= 0 && smoothing < 1)) {
    throw new GenaiError(`findLearningRate: smoothing must be at least 0 and less than 1, got ${smoothing}.`);
  }
  if (!(divergence > 0)) throw new GenaiError(`findLearningRate: divergence must be above 0, got ${divergence}.`);
  const slope = Math.log(to / from) / (steps - 1);
  const rising: Schedule<Tensor> = (at) => scope(() => mul(exp(mul(at, slope)), from)); // from · (to / from)^(at / (steps − 1))
  await using run = train(step(rising), { data, steps, key, signal });
  const points: RatePoint[] = [];
  let [sum, weight] = [0, 0];
  let diverged = false;
  try {
    for await (const { step, metrics } of run) {
      sum = smoothing * sum + metrics.loss;
      weight = smoothing * weight + 1;
      const smoothed = sum / weight;
      const lowest = Math.min(...points.map((point) => point.smoothed));
      const first = points[0]?.smoothed ?? smoothed;
      // Not `smoothed > divergence · lowest`: the losses of densities may be negative.
      diverged = points.length > 0 && smoothed - lowest > divergence * Math.max(first - lowest, Math.abs(lowest));
      points.push({ rate: from * Math.exp(slope * (step - 1)), loss: metrics.loss, smoothed });
      if (diverged) break;
    }
  } catch (error) {
    if (!(error instanceof NotFiniteError)) throw error;
    diverged = true;
  }
  if (points.length < 3) {
    throw new GenaiError(
      `findLearningRate: only ${points.length} rates could be tried, at least 3 are needed. Give more data, or a lower \`from\`.`,
    );
  }
  return { points, diverged, ...suggestions(points, smoothing) };
}

/** Both rules look at what came before the loss was lost, as the end of a sweep has its highest slopes. */
function suggestions(
  points: readonly RatePoint[],
  smoothing: number,
): Pick<FoundLearningRate, 'steepest' | 'tenthOfLowest'> {
  const lowest = points.reduce((low, point, i) => (point.smoothed < points[low]!.smoothed ? i : low), 0);
  const width = Math.max(3, Math.round(points.length / 10));
  // A mean of fewer losses than it remembers is mostly noise.
  const first = Math.min(Math.ceil(1 / (1 - smoothing)), Math.max(0, lowest + 1 - width));
  let [steepest, least] = [lowest, Number.POSITIVE_INFINITY];
  for (let i = first; i + width <= lowest + 1; i++) {
    const slope = slopeOf(points.slice(i, i + width));
    if (slope < least) [steepest, least] = [i + Math.floor(width / 2), slope];
  }
  return { steepest: points[steepest]!.rate, tenthOfLowest: points[lowest]!.rate / 10 };
}

/** Of the line nearest to the smoothed losses, whose rates are equally far apart by their logarithms. */
function slopeOf(points: readonly RatePoint[]): number {
  const middle = (points.length - 1) / 2;
  const [up, along] = points.reduce(
    ([up, along], { smoothed }, i) => [up + (i - middle) * smoothed, along + (i - middle) ** 2],
    [0, 0],
  );
  return up! / along!;
}
