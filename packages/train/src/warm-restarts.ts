import { expectIntegers, type Schedule } from '@genai/core';
import { scope } from '@genai/tensor';
import {
  add,
  clipByValue,
  cos,
  div,
  floor,
  log,
  maximum,
  minimum,
  mul,
  pow,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';

/** What {@link warmRestarts} needs and can vary. */
export interface WarmRestartsOptions {
  /** The value at the start of each cycle. */
  readonly peak: number;
  /** Updates in the first cycle. */
  readonly period: number;
  /** How many times longer each cycle is than the one before; default 1. */
  readonly factor?: number;
  /** Updates of linear rise before the first cycle; the first has `peak / (warmup + 1)`. Default 0. */
  readonly warmup?: number;
  /** What each cycle falls to; default 0. */
  readonly end?: number;
}

/**
 * Half a cosine from `peak` down to `end`, again and again; equal to torch's `CosineAnnealingWarmRestarts`.
 *
 * @example
 * sgd(warmRestarts({ peak: 0.1, period: 1_000, factor: 2 }), { momentum: 0.9 }); // restarts at 1,000, 3,000, 7,000 …
 * @throws GenaiError unless `period` and `factor` are integers above 0 and `warmup` is one of at least 0.
 * @source Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts", eq. 5.
 */
export function warmRestarts({ peak, period, factor = 1, warmup = 0, end = 0 }: WarmRestartsOptions): Schedule<Tensor> {
  expectIntegers('warmRestarts', { period, factor });
  expectIntegers('warmRestarts', { warmup }, 0);
  return (step) =>
    scope(() => {
      const rise = minimum(div(add(step, 1), warmup + 1), 1);
      const since = maximum(sub(step, warmup), 0);
      const periods = div(add(since, 0.5), period); // half an update more: see stepDecay
      const { start, length } = factor === 1 ? equal(floor(periods)) : growing(periods, factor);
      const progress = clipByValue(div(sub(since, mul(start, period)), mul(length, period)), 0, 1);
      return mul(rise, add(mul(add(cos(mul(progress, Math.PI)), 1), (peak - end) / 2), end));
    });
}

/** Where the cycle began and how long it is, in first periods. */
type Cycle = { readonly start: Tensor; readonly length: Tensor | number };

const equal = (start: Tensor): Cycle => ({ start, length: 1 });

/** Cycle i begins after 1 + f + … + fⁱ⁻¹ = (fⁱ − 1) / (f − 1) periods. */
function growing(periods: Tensor, factor: number): Cycle {
  const cycle = floor(div(log(add(mul(periods, factor - 1), 1)), Math.log(factor)));
  const length = pow(factor, cycle);
  return { start: div(sub(length, 1), factor - 1), length };
}
