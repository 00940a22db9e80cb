import type { Bijector } from './bijector.js';

/**
 * The map the other way round: an autoregressive map inverted is an inverse autoregressive one, quick to draw from and slow
 * to score.
 *
 * @example
 * const inverseAutoregressive = invert(autoregressive({ features: 2, map: affineMap() }));
 * @throws GenaiError of the map, when used; a map that changes the shape of events cannot be part of a flow inverted.
 * @source Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow", eq. 10.
 */
export function invert<P>(map: Bijector<P>): Bijector<P> {
  return {
    init: map.init,
    forward: (params, x, context, key) => {
      const { x: y, logDet } = map.inverse(params, x, context, key);
      return { y, logDet };
    },
    inverse: (params, y, context, key) => {
      const { y: x, logDet } = map.forward(params, y, context, key);
      return { x, logDet };
    },
    ...(map.tolerance !== undefined && { tolerance: map.tolerance }),
  };
}
