import { scope } from '@genai/tensor';
import { cast, exp, log, maximum, mean, mul, neg, oneHot, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';

/**
 * How many codes are in use, a scalar from 1 to `codes`: the exponential of the entropy of their shares among `indices`,
 * int32 of any shape. It is low where a code book has collapsed.
 *
 * @example
 * const used = codePerplexity(nearestCode(params.codes, z), 512);
 * @source van den Oord et al. 2017, "Neural discrete representation learning" (as its code watches it).
 */
export function codePerplexity(indices: Tensor, codes: number): Tensor {
  return scope(() => {
    const share = mean(cast(oneHot(reshape(indices, [indices.size]), codes), 'float32'), 0); // (codes)
    return exp(neg(sum(mul(share, log(maximum(share, 1e-20)))))); // 0 log 0 = 0
  });
}
