import { leaves, mapLeaves, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { Stateless, Transform } from '../transform.js';
import type { Collective } from './collective.js';
import { type HostFunction, onHost } from './on-host.js';

/**
 * Averages the gradient over all ranks, in one reduction of all leaves: the gradient of the whole batch, for a loss that
 * is a mean over the equal part of it that each rank has. Put it first; wrap the step in `dataParallel`.
 *
 * @example
 * dataParallel(minimize(objective, chain(averaged(ranks), clipByGlobalNorm(1), adamW(3e-4))), ranks);
 */
export function averaged(ranks: Collective): Transform<Stateless> {
  const average: HostFunction = (into, from) => {
    let at = 0;
    for (const values of from) {
      into.set(values, at);
      at += values.length;
    }
    ranks.allReduce(into, 'mean');
  };
  return {
    init: () => ({}),
    update: (grad, state) =>
      scope(() => {
        const slopes = leaves<Tensor>(grad as Tree<Tensor>).map(([, slope]) => slope);
        if (ranks.size === 1 || slopes.length === 0) return { grad, state };
        const length = slopes.reduce((sum, { size }) => sum + size, 0);
        const mean = onHost(average, slopes, length); // (length)
        let at = 0;
        const parts = mapLeaves<Tensor, typeof grad>(grad, (slope) => {
          const part = slice(mean, [at], [slope.size]);
          at += slope.size;
          return reshape(part, slope.shape);
        });
        return { grad: parts, state };
      }),
  };
}
