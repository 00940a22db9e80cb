import { GenaiError, type Key } from '@genai/core';
import { scope } from '@genai/tensor';
import { sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Flow } from './flow.js';

/** Draws with their log-densities in nats. */
export type Scored = { readonly x: Tensor; readonly logProb: Tensor };

/**
 * `count` draws of a flow, (count, …event), and their log-densities, (count), in one pass: cheaper and more exact than to draw
 * and then to score.
 *
 * @example
 * const { x, logProb } = drawScored(density, params, key(1), 1_000);
 */
export function drawScored<P>(flow: Flow<P>, params: P, key: Key, count: number): Scored {
  return scope(() => {
    const base = flow.base(params);
    const z = base.sample(key, [count]); // (count, …latent)
    const { x, logDet } = flow.inverse(params, z);
    return { x, logProb: sub(base.logProb(z), logDet) }; // log q(x) = log p(z) − log |det ∂x/∂z|
  });
}

/** The energies of draws, one each. */
export function energyOf(where: string, energy: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const energies = energy(x);
  if (energies.rank === 1 && energies.shape[0] === x.shape[0]) return energies;
  throw new GenaiError(
    `${where}: the energy has shape [${energies.shape.join(', ')}], expected one number for each draw, [${x.shape[0]}].`,
  );
}
