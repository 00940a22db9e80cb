import { disposeTree, fold, key, mapLeaves, mapTrees, type Objective, split, type Tree } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { add, div, mul, scalar, sqrt, square, sub, type Tensor, zerosLike } from '@tensorflow/tfjs-core';

/** Parameters after `steps` moves of Adam (Kingma and Ba 2015) on one batch; families do not import `train`. The caller's. */
export function trained<P extends Tree<Tensor>, B>(
  objective: Objective<Tensor, P, B, never>,
  batch: B,
  { steps, rate = 0.02, seed = 0 }: { readonly steps: number; readonly rate?: number; readonly seed?: number },
): P {
  const [first, rest] = split(key(seed));
  const zeros = (params: P): P => mapLeaves<Tensor, P>(params, (leaf) => zerosLike(leaf));
  let state = scope(() => {
    const params = objective.init(first);
    return { params, m: zeros(params), v: zeros(params) };
  });
  for (let i = 0; i < steps; i++) {
    const before = state;
    state = scope(() => {
      const { params, m, v } = before;
      const { grad } = valueAndGrad((p: P) => objective.loss(p, batch, fold(rest, i), scalar(i)), params);
      const nextM = mapTrees<Tensor, P>((a, g) => add(mul(a, 0.9), mul(g!, 0.1)), m, grad);
      const nextV = mapTrees<Tensor, P>((a, g) => add(mul(a, 0.99), mul(square(g!), 0.01)), v, grad);
      const size = (rate * Math.sqrt(1 - 0.99 ** (i + 1))) / (1 - 0.9 ** (i + 1));
      const next = mapTrees<Tensor, P>(
        (p, a, b) => sub(p, mul(div(a!, add(sqrt(b!), 1e-8)), size)),
        params,
        nextM,
        nextV,
      );
      return { params: next, m: nextM, v: nextV };
    });
    disposeTree(before);
  }
  disposeTree([state.m, state.v]);
  return state.params;
}
