import { type Layer, split } from '@genai/core';
import { type DenseParams, dense } from '@genai/nn';
import { scope } from '@genai/tensor';
import { mul, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { HostLinear } from './state-dict.js';

/** A dense layer of these sizes, (…, inputs) → (…, outputs), whose masked weights stay out, whatever they are. */
export function carriedLayer({ inputs, outputs, mask }: HostLinear): Layer<Tensor, DenseParams> {
  const plain = dense(inputs, outputs);
  if (!mask) return plain;
  return {
    init: plain.init,
    // Made anew at each application, so that a captured step holds numbers, not tensors of others.
    apply: ({ weight, ...rest }, x) =>
      scope(() => plain.apply({ weight: mul(weight, tensor2d(mask, [inputs, outputs])), ...rest }, x)),
  };
}

/** Such layers with `activation` between them. */
export function carriedMlp(
  linear: readonly HostLinear[],
  activation: (x: Tensor) => Tensor,
): Layer<Tensor, readonly DenseParams[]> {
  const layers = linear.map(carriedLayer);
  return {
    init: (key) => {
      const keys = split(key, layers.length);
      return scope(() => layers.map((layer, i) => layer.init(keys[i]!)));
    },
    apply: (params, x) =>
      scope(() => layers.reduce((y, layer, i) => layer.apply(params[i]!, i > 0 ? activation(y) : y), x)),
  };
}

/** The weights as tensors. */
export function carriedParams({ inputs, outputs, weight, bias }: HostLinear): DenseParams {
  return { weight: tensor2d(weight, [inputs, outputs]), bias: tensor1d(bias) };
}
