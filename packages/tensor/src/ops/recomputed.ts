import { leaves, mapLeaves, type Tree } from '@genai/core';
import { customGrad, type GradSaveFunc, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { pullBack } from '../pull-back.js';
import { scope } from '../scope.js';

/**
 * f(inputs), of which nothing but `inputs` is kept for the gradient: what lies between is computed once more when it is needed.
 *
 * Less memory for more time; in a captured step only that is computed again which the gradient looks at, so that a cheap
 * function before a convolution costs no second convolution. `f` must be pure, and gets by `inputs` every tensor that shall
 * have a gradient: others count as constants.
 *
 * @example
 * const y = recomputed(({ x, filter }) => conv2d(concatElu(x), filter), { x, filter }); // concatElu(x) is not kept
 * @source Chen et al. 2016, "Training deep nets with sublinear memory cost", section 3.
 */
export function recomputed<I extends Tree<Tensor>>(f: (inputs: I) => Tensor, inputs: I): Tensor {
  const like = (tensors: readonly Tensor[]): I => {
    let i = 0;
    return mapLeaves<Tensor, I>(inputs, () => tensors[i++]!);
  };
  const op = customGrad((...args) => {
    const save = args.pop() as unknown as GradSaveFunc;
    save(args as Tensor[]);
    return {
      value: scope(() => f(like(args as Tensor[]))),
      gradFunc: (dy: Tensor, saved: Tensor[]) => tidy(() => pullBack(() => f(like(saved)), saved, dy)),
    };
  });
  return op(...leaves<Tensor>(inputs).map(([, leaf]) => leaf));
}
