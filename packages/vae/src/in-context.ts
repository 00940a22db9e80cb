import type { Objective, Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ConditionalVae } from './conditional-vae.js';
import type { Vae } from './vae.js';

/** Examples, (batch, …event), and what each is conditioned on. */
export type InContext<C extends Tree<Tensor> = Tensor> = { readonly x: Tensor; readonly context: C };

/**
 * Any objective of a variational autoencoder as one of a conditional model, for batches `{ x, context }`.
 *
 * @example
 * const step = minimize(inContext(digits, (model) => iwae(model, { samples: 5 })), adam(1e-3));
 * @source Sohn et al. 2015, eq. 4.
 */
export function inContext<P, C extends Tree<Tensor>, M extends string = never>(
  model: ConditionalVae<P, C>,
  objective: (model: Vae<P>) => Objective<Tensor, P, Tensor, M>,
): Objective<Tensor, P, InContext<C>, M> {
  return {
    init: model.init,
    loss: (params, { x, context }, key, step) => objective(model.at(context)).loss(params, x, key, step),
  };
}
