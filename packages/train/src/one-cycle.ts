import { expectIntegers, GenaiError, type Schedule } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, clipByValue, cos, div, mul, sub, type Tensor } from '@tensorflow/tfjs-core';

/** What {@link oneCycle} needs and can vary. */
export interface OneCycleOptions {
  /** The highest value. */
  readonly peak: number;
  /** Updates in all; the last has `end`, as have those after it. */
  readonly steps: number;
  /** The part of the updates that rises, above 0 and below 1; default 0.3. */
  readonly rise?: number;
  /** The value at the first update; default `peak / 25`. */
  readonly start?: number;
  /** The value at the last update; default `start / 10,000`. */
  readonly end?: number;
}

/**
 * Half a cosine up from `start` to `peak`, then half a cosine down to `end`; equal to torch's `OneCycleLR` without its cycle
 * of the momentum.
 *
 * @example
 * adamW(oneCycle({ peak: 3e-3, steps: 5_000 }));
 * @throws GenaiError unless `steps` is an integer, and `rise` so that both parts have an update.
 * @source Smith & Topin 2018, "Super-convergence: very fast training of neural networks using large learning rates", section 3.
 */
export function oneCycle({
  peak,
  steps,
  rise = 0.3,
  start = peak / 25,
  end = start / 1e4,
}: OneCycleOptions): Schedule<Tensor> {
  expectIntegers('oneCycle', { steps });
  const top = rise * steps - 1; // torch's reckoning: update 0 is the first, and the peak belongs to the rise
  if (!(top > 0 && top < steps - 1)) {
    throw new GenaiError(
      `oneCycle: rise must leave updates for both parts of ${steps} steps, got ${rise}. Choose one above ${1 / steps} and below 1.`,
    );
  }
  return (step) =>
    scope(() => {
      const up = half(div(step, top)); // 0 … 1
      const down = half(div(sub(step, top), steps - 1 - top));
      return add(add(mul(sub(1, up), start), mul(sub(up, down), peak)), mul(down, end)); // a mean: never below all three
    });
}

/** Half a cosine from 0 to 1. */
function half(progress: Tensor): Tensor {
  return mul(sub(1, cos(mul(clipByValue(progress, 0, 1), Math.PI))), 0.5);
}
