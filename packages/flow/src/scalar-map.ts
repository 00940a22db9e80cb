import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * A family of increasing maps of the line, each element moved by a map of its own: what a coupling or an autoregressive layer
 * applies. A net gives the raw parameters, any real numbers; the map makes valid ones of them.
 */
export interface ScalarMap {
  /** How many raw parameters a map has. */
  readonly parameters: number;
  /** y = f(x) and log ∂y/∂x; x, y and slope: (…), raw: (…, parameters). */
  readonly forward: (x: Tensor, raw: Tensor) => { readonly y: Tensor; readonly logSlope: Tensor };
  /** x = f⁻¹(y) and log ∂x/∂y. */
  readonly inverse: (y: Tensor, raw: Tensor) => { readonly x: Tensor; readonly logSlope: Tensor };
  /** How far f(f⁻¹(y)) may be from y where the inverse is found by iteration. */
  readonly tolerance?: number;
}
