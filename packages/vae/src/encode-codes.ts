import { mapTrees, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { nearestCode } from './nearest-code.js';
import type { VqVae } from './vq-vae.js';

/**
 * The codes of `x`, from (batch, …event) to int32 (batch, …grid): for several code books a grid each.
 *
 * @example
 * using grid = owned({ codes: encodeCodes(model, params, images) }); // (batch, 7, 7)
 */
export function encodeCodes<P extends { readonly codes: C }, C extends Tree<Tensor>>(
  model: Pick<VqVae<P, C>, 'encode'>,
  params: P,
  x: Tensor,
): C {
  return scope<unknown>(() =>
    mapTrees<Tensor, C>((z, codes) => nearestCode(codes!, z!), model.encode(params, x), params.codes),
  ) as C;
}
