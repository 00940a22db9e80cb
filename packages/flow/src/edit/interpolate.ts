import { scope, type WayOptions, way } from '@genai/tensor';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { Flow } from '../flow.js';

/**
 * The way from each example of `from` to that of `to`, both (batch, …event), through the space of noise:
 * (steps, batch, …event), both ends exactly included.
 *
 * @example
 * using between = owned(interpolate(density, params, first, second, { steps: 8, spherical: true })); // (8, batch, 2)
 * @throws GenaiError if the shapes differ or `steps` is not an integer of at least 2.
 * @source Dinh et al. 2017, "Density estimation using Real NVP", eq. 19.
 */
export function interpolate<P>(
  flow: Pick<Flow<P>, 'forward' | 'inverse'>,
  params: P,
  from: Tensor,
  to: Tensor,
  options: WayOptions,
): Tensor {
  return scope(() => {
    const path = way(flow.forward(params, from).y, flow.forward(params, to).y, options); // (steps, batch, …latent)
    const [steps, batch, ...latent] = path.shape as [number, number, ...number[]];
    const { x } = flow.inverse(params, reshape(path, [steps * batch, ...latent]));
    return reshape(x, [steps, batch, ...x.shape.slice(1)]);
  });
}
