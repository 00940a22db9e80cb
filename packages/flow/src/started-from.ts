import type { Tree } from '@genai/core';
import { mapLeaves } from '@genai/core';
import { scope } from '@genai/tensor';
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import type { Flow } from './flow.js';

/**
 * The same flow with parameters that begin from a first batch of data, (batch, …event): every actnorm then gives mean 0 and
 * deviation 1 there. The batch must live until `init` has been called.
 *
 * @example
 * const step = minimize(nll(startedFrom(glow, firstBatch)), adam(1e-3));
 * @source Kingma and Dhariwal 2018, "Glow", section 3.1; Salimans and Kingma 2016, "Weight normalization", section 3.
 */
export function startedFrom<P extends Tree<Tensor>>(flow: Flow<P>, x: Tensor): Flow<P> {
  return {
    ...flow,
    init: (key) => scope(() => mapLeaves<Tensor, P>(flow.start(flow.init(key), x), (leaf) => clone(leaf))),
  };
}
