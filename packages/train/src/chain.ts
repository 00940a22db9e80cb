import type { Optimizer, Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Transform } from './transform.js';

/** The states of the transforms in order, and that of the optimizer. */
export type ChainState<S extends readonly Tree<Tensor>[], O extends Tree<Tensor>> = { transforms: S; optimizer: O };

/**
 * An optimizer whose gradients pass through `transforms` first, in order.
 *
 * @example
 * minimize(objective, chain(clipByGlobalNorm(1), adamW(3e-4)));
 */
export function chain<S extends readonly Tree<Tensor>[], O extends Tree<Tensor>>(
  ...parts: [...transforms: { [i in keyof S]: Transform<S[i]> }, optimizer: Optimizer<Tensor, O>]
): Optimizer<Tensor, ChainState<S, O>> {
  const transforms = parts.slice(0, -1) as unknown as Transform[];
  const optimizer = parts.at(-1) as Optimizer<Tensor, O>;
  return {
    init: (params) => ({
      transforms: transforms.map((transform) => transform.init(params)) as unknown as S,
      optimizer: optimizer.init(params),
    }),
    update: (grad, state, params, step) =>
      scope(() => {
        const states: Tree<Tensor>[] = [];
        for (const [i, transform] of transforms.entries()) {
          const made = transform.update(grad, state.transforms[i]!, params, step);
          grad = made.grad;
          states.push(made.state);
        }
        const made = optimizer.update(grad, state.optimizer, params, step);
        return { params: made.params, state: { transforms: states as unknown as S, optimizer: made.state } };
      }),
  };
}
