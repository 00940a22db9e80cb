import { scope } from '@genai/tensor';
import { add, reshape, sub, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import type { ScalarMap } from '../scalar-map.js';

/**
 * y = x + t with the raw parameter t: it keeps volumes.
 *
 * @example
 * const layer = coupling({ features: 784, map: shiftMap(), net: (i, o) => mlp([i, 1_000, 1_000, o]) });
 * @source Dinh et al. 2015, "NICE: Non-linear independent components estimation", eq. 5.
 */
export function shiftMap(): ScalarMap {
  const shiftOf = (raw: Tensor): Tensor => reshape(raw, raw.shape.slice(0, -1));
  return {
    parameters: 1,
    forward: (x, raw) => scope(() => ({ y: add(x, shiftOf(raw)), logSlope: zerosLike(x) })),
    inverse: (y, raw) => scope(() => ({ x: sub(y, shiftOf(raw)), logSlope: zerosLike(y) })),
  };
}
