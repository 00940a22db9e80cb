import { type Layer, mapLeaves, type Tree } from '@genai/core';
import type { Conditioned } from '@genai/nn';
import { scope } from '@genai/tensor';
import { add, type Tensor } from '@tensorflow/tfjs-core';

/**
 * A layer whose biases and shifts begin `offset` higher, with what stands before a ReLU on one side of its kink: finite
 * differences would be wrong across it. The slopes of the ReLUs themselves are checked in @genai/tensor.
 */
export function lifted<P extends Tree<Tensor>>(layer: Layer<Tensor, P>, offset = 4): Layer<Tensor, P> {
  const raised = (leaf: Tensor, path: string): Tensor => add(leaf, /(bias|shift)$/.test(path) ? offset : 0);
  return { init: (key) => scope(() => mapLeaves<Tensor, P>(layer.init(key), raised)), apply: layer.apply };
}

/** A part of a conditional model as a layer of x alone. */
export function inContext<P>(layer: Layer<Tensor, P, Conditioned>, context: () => Tensor): Layer<Tensor, P> {
  return {
    init: layer.init,
    apply: (params, x, key) => scope(() => layer.apply(params, { x, context: context() }, key)),
  };
}
