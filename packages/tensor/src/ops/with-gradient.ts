import { customGrad, engine, type GradSaveFunc, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { pullBack } from '../pull-back.js';

/** What an op computes and how its gradient is found. */
export type Rule = {
  /** The value, and what the backward pass wants to see again. */
  readonly forward: (...inputs: Tensor[]) => { readonly value: Tensor; readonly kept?: readonly Tensor[] };
  /**
   * The gradient at each input. Without `plain` it must be made of differentiable ops of `dy` and `inputs`, and `kept`
   * may hold constants (labels, masks) only.
   */
  readonly backward: (dy: Tensor, inputs: readonly Tensor[], kept: readonly Tensor[]) => readonly Tensor[];
  /** The same op composed of TensorFlow.js's own. It gives the higher derivatives; of `kept` it may read constants. */
  readonly plain?: (inputs: readonly Tensor[], kept: readonly Tensor[]) => Tensor;
};

/**
 * Runs an op with a gradient of our own: one node on the tape where a composition leaves a dozen.
 *
 * Results that `forward` keeps have no history on the tape. Where the gradient is itself recorded, to be
 * differentiated again, the gradient of `plain` is taken instead.
 */
export function withGradient(inputs: readonly Tensor[], { forward, backward, plain }: Rule): Tensor {
  const op = customGrad((...args) => {
    const save = args.pop() as unknown as GradSaveFunc;
    const { value, kept = [] } = forward(...(args as Tensor[]));
    save([...(args as Tensor[]), ...kept]);
    // The engine frees what a gradient leaves behind only after the whole backward pass: free it here.
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] =>
      tidy(() => {
        const xs = saved.slice(0, inputs.length);
        const rest = saved.slice(inputs.length);
        if (plain && engine().isTapeOn()) return pullBack(() => plain(xs, rest), xs, dy);
        return [...backward(dy, xs, rest)];
      });
    return { value, gradFunc };
  });
  return op(...inputs);
}
