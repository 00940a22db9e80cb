import { mapTrees, type Objective, type Step, type Tree } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { mul, scalar, sub, type Tensor } from '@tensorflow/tfjs-core';

/** A step of plain gradient descent; families do not import `train`. */
export function descending<P extends Tree<Tensor>, B, M extends string>(
  objective: Objective<Tensor, P, B, M>,
  rate: number,
): Step<{ params: P }, B, { readonly [name in M | 'loss']: Tensor }> {
  return {
    init: (key) => scope<unknown>(() => ({ params: objective.init(key) })) as { params: P },
    run: ({ params }, batch, key) =>
      scope(() => {
        const { values, grad } = valueAndGrad((p: P) => objective.loss(p, batch, key, scalar(0)), params);
        return {
          state: { params: mapTrees<Tensor, P>((p, g) => sub(p, mul(g!, rate)), params, grad) },
          metrics: values,
        };
      }),
  };
}
