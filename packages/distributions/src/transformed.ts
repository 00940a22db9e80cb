import type { Distribution } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, type Tensor } from '@tensorflow/tfjs-core';

/** A smooth invertible map between events, with its volume change. */
export interface Invertible {
  /** y = f(x) and log |det ∂f/∂x|, shape `… + batch`. */
  readonly forward: (x: Tensor) => { readonly y: Tensor; readonly logDet: Tensor };
  /** x = f⁻¹(y) and log |det ∂f⁻¹/∂y|, shape `… + batch`. */
  readonly inverse: (y: Tensor) => { readonly x: Tensor; readonly logDet: Tensor };
}

/** A distribution seen through an invertible map. */
export interface Transformed<D extends Distribution<Tensor> = Distribution<Tensor>> extends Distribution<Tensor> {
  readonly kind: 'transformed';
  readonly base: D;
  readonly map: Invertible;
}

/**
 * The distribution of f(x) where x is drawn from `base`. The map keeps the shape of an event; where an event has axes,
 * its log-determinants are summed over them.
 *
 * @example
 * const exponential = {
 *   forward: (x: Tensor) => ({ y: exp(x), logDet: x }),
 *   inverse: (y: Tensor) => ({ x: log(y), logDet: neg(log(y)) }),
 * };
 * const logNormal = transformed(normal(loc, scale), exponential);
 * @source Rezende and Mohamed 2015, "Variational inference with normalizing flows", eq. 5.
 */
export function transformed<D extends Distribution<Tensor>>(base: D, map: Invertible): Transformed<D> {
  return {
    kind: 'transformed',
    base,
    map,
    batchShape: base.batchShape,
    eventShape: base.eventShape,
    sample: (key, shape) => scope(() => map.forward(base.sample(key, shape)).y),
    logProb: (y) =>
      scope(() => {
        const { x, logDet } = map.inverse(y);
        return add(base.logProb(x), logDet); // log p(f⁻¹(y)) + log |det ∂f⁻¹/∂y|
      }),
  };
}
