import { GenaiError, leaves, mapLeaves, type Tree } from '@genai/core';
import { clone, engine, getGradient, keep, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { mendTape } from './mend-tape.js';
import { scope } from './scope.js';

/**
 * The scalars that `f` gives at `params`, and the gradient of its `loss`, shaped like `params`.
 *
 * A parameter that `loss` does not depend on has a gradient of zeros; one tensor that stands in two places has a
 * gradient at each. May be nested for derivatives of any order, which are right where TensorFlow.js's own are not:
 * its `grad` of a `grad` silently loses terms behind tanh, sigmoid, exp and softmax, and throws behind max and
 * comparisons.
 *
 * @example
 * const { values, grad } = valueAndGrad((p) => ({ loss: mean(square(sub(matMul(x, p.weight), y))) }), params);
 * @throws GenaiError if no gradients are registered, if `params` has no tensor, or if `loss` is not a scalar.
 */
export function valueAndGrad<P extends Tree<Tensor>, V extends { readonly loss: Tensor }>(
  f: (params: P) => V,
  params: P,
): { values: V; grad: P } {
  if (!getGradient('Neg')) {
    throw new GenaiError(
      "valueAndGrad: TensorFlow.js has no gradients registered. Call `await useBackend('auto')` of @genai/backend first.",
    );
  }
  if (leaves<Tensor>(params).length === 0) {
    throw new GenaiError('valueAndGrad: params has no tensor. Pass a tree with parameters.');
  }
  return scope(() => {
    const distinct = withoutRepeats(params);
    const xs = leaves<Tensor>(distinct).map(([, leaf]) => leaf);
    const kept: [name: string, value: Tensor][] = [];
    const forward = (): Tensor => {
      const values = f(distinct);
      if (values.loss.size !== 1) {
        throw new GenaiError(`valueAndGrad: loss must be a scalar, got shape [${values.loss.shape}]. Take its mean.`);
      }
      for (const [name, value] of Object.entries(values)) kept.push([name, keep(clone(value as Tensor))]);
      mendTape();
      return values.loss;
    };
    try {
      // The tape ends with `gradients`, which frees all but the loss: watched scalars are carried across as clones.
      const { grads } = freeingTapeOnError(() => engine().gradients(forward, xs, undefined, true));
      const values = Object.fromEntries(kept.map(([name, value]) => [name, clone(value)])) as unknown as V;
      let i = 0;
      return { values, grad: mapLeaves<Tensor, P>(params, (leaf) => grads[i++] ?? zerosLike(leaf)) };
    } finally {
      for (const [, value] of kept) value.dispose();
    }
  });
}

/** Gives each place in the tree a tensor of its own, as the tape tells tensors apart, not places. */
function withoutRepeats<P extends Tree<Tensor>>(params: P): P {
  const seen = new Set<Tensor>();
  return mapLeaves<Tensor, P>(params, (leaf) => {
    if (seen.has(leaf)) return clone(leaf);
    seen.add(leaf);
    return leaf;
  });
}

/** TensorFlow.js keeps what the tape saved when `run` throws; free it once the outermost tape is closed. */
function freeingTapeOnError<R>(run: () => R): R {
  try {
    return run();
  } catch (error) {
    const { state } = engine();
    if (state.gradientDepth === 0 && state.activeTape) {
      for (const { saved } of state.activeTape) for (const tensor of saved ?? []) tensor.dispose();
      state.activeTape = [];
    }
    throw error;
  }
}
