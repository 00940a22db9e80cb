import type { NoParams } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { sumEvent } from '../sum-event.js';

/** A fixed function of each element: y and log ∂y/∂x at x, and x and log ∂x/∂y at y. */
export function elementwise({
  forward,
  inverse,
}: {
  readonly forward: (x: Tensor) => { readonly y: Tensor; readonly logSlope: Tensor };
  readonly inverse: (y: Tensor) => { readonly x: Tensor; readonly logSlope: Tensor };
}): Bijector<NoParams> {
  return {
    init: () => ({}),
    forward: (_params, x) =>
      scope(() => {
        const { y, logSlope } = forward(x);
        return { y, logDet: sumEvent(logSlope) };
      }),
    inverse: (_params, y) =>
      scope(() => {
        const { x, logSlope } = inverse(y);
        return { x, logDet: sumEvent(logSlope) };
      }),
  };
}

/** The least positive number of float32 that no engine takes for 0, and the greatest below 1 and of all. */
export const LEAST_POSITIVE: number = 2 ** -126;
export const BELOW_ONE: number = 1 - 2 ** -24;
export const GREATEST: number = 3.4028234663852886e38;
