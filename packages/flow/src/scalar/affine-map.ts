import { scope } from '@genai/tensor';
import { add, div, exp, mul, neg, sub, type Tensor, unstack } from '@tensorflow/tfjs-core';
import type { ScalarMap } from '../scalar-map.js';
import { softClip } from './soft-clip.js';

export interface AffineMapOptions {
  /**
   * Makes log-scales of raw numbers. {@link softClip} to ±log 1000 unless given, so that no scale is below 0.001 or above
   * 1,000; `tanh` for RealNVP, `(raw) => logSigmoid(add(raw, 2))` for Glow.
   */
  readonly logScale?: (raw: Tensor) => Tensor;
}

/**
 * y = x · e^s + t with raw parameters (t, s).
 *
 * @example
 * const layer = coupling({ features: 2, map: affineMap({ logScale: tanh }) });
 * @source Dinh et al. 2017, "Density estimation using Real NVP", eq. 4.
 */
export function affineMap({ logScale = (raw) => softClip(raw, LOG_1000) }: AffineMapOptions = {}): ScalarMap {
  const parts = (raw: Tensor): [shift: Tensor, logScale: Tensor] => {
    const [shift, scale] = unstack(raw, raw.rank - 1) as [Tensor, Tensor];
    return [shift, logScale(scale)];
  };
  return {
    parameters: 2,
    forward: (x, raw) =>
      scope(() => {
        const [shift, logSlope] = parts(raw);
        return { y: add(mul(x, exp(logSlope)), shift), logSlope };
      }),
    inverse: (y, raw) =>
      scope(() => {
        const [shift, slope] = parts(raw);
        return { x: div(sub(y, shift), exp(slope)), logSlope: neg(slope) };
      }),
  };
}

const LOG_1000 = Math.log(1000);
