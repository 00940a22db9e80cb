import { GenaiError, type Schedule } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, clipByValue, div, mul, pow, sub, type Tensor } from '@tensorflow/tfjs-core';

/** What {@link polynomial} needs and can vary. */
export interface PolynomialOptions {
  /** The value at the first update. */
  readonly start: number;
  /** The value after `steps` updates, and from there on; default 0. */
  readonly end?: number;
  readonly steps: number;
  /** 1 for a straight line; above it the fall is steep at first, below it at last. Default 1. */
  readonly power?: number;
}

/**
 * `end + (start − end) · (1 − step / steps)^power`; equal to torch's `PolynomialLR` where `end` is 0.
 *
 * @example
 * sgd(polynomial({ start: 0.01, steps: 30_000, power: 0.9 }), { momentum: 0.9 });
 * @throws GenaiError unless `steps` and `power` are above 0.
 * @source Chen et al. 2017, "DeepLab: semantic image segmentation with deep convolutional nets", section 4.1 ("poly").
 */
export function polynomial({ start, end = 0, steps, power = 1 }: PolynomialOptions): Schedule<Tensor> {
  for (const [name, value] of Object.entries({ steps, power })) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new GenaiError(`polynomial: ${name} must be above 0, got ${value}.`);
    }
  }
  return (step) => scope(() => add(mul(pow(clipByValue(sub(1, div(step, steps)), 0, 1), power), start - end), end));
}
