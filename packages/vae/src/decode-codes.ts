import { type Distribution, type Mean, mapTrees, type Tree } from '@genai/core';
import { gather, scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { VqVae } from './vq-vae.js';

/**
 * E[x | codes], from int32 (batch, …grid), as {@link encodeCodes} gives it, to (batch, …event).
 *
 * @example
 * using again = owned(scope(() => decodeCodes(model, params, encodeCodes(model, params, images))));
 * using drawn = owned(scope(() => decodeCodes(model, params, prior.given(priorParams).sample(key(0), [16]))));
 * @throws GenaiError if a code is not int32 or, on engines that can tell, out of range.
 */
export function decodeCodes<P extends { readonly codes: C }, C extends Tree<Tensor>>(
  model: Pick<VqVae<P, C, Distribution<Tensor> & Mean<Tensor>>, 'decode'>,
  params: P,
  codes: C,
): Tensor {
  return scope(() => model.decode(params, lookUp(params.codes, codes)).mean());
}

/** The vectors of codes, (batch, …grid, width). */
export function lookUp<C extends Tree<Tensor>>(books: C, codes: C): C {
  return mapTrees<Tensor, C>((indices, book) => gather(book!, indices!), codes, books);
}
