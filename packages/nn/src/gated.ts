import { type Layer, split, type Tree } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { mul, sigmoid, type Tensor } from '@tensorflow/tfjs-core';

/** The parameters of the two layers. */
export type GatedParams<V, G> = { readonly value: V; readonly gate: G };

/**
 * value(x) · activation(gate(x)): a gated linear unit of two layers, e.g. SwiGLU with `silu`.
 *
 * @example
 * gated(dense(64, 256), dense(64, 256), { activation: silu });
 * @throws GenaiError, when applied, if the two layers give different shapes.
 * @source Dauphin et al. 2017, "Language modeling with gated convolutional networks", eq. 1; Shazeer 2020, "GLU
 * variants improve Transformer", eq. 5.
 */
export function gated<V extends Tree<Tensor>, G extends Tree<Tensor>>(
  value: Layer<Tensor, V>,
  gate: Layer<Tensor, G>,
  { activation = sigmoid }: { readonly activation?: (x: Tensor) => Tensor } = {},
): Layer<Tensor, GatedParams<V, G>> {
  return {
    init: (key) => {
      const [forValue, forGate] = split(key);
      return scope(() => ({ value: value.init(forValue), gate: gate.init(forGate) }));
    },
    apply: (params, x, key) => {
      const [forValue, forGate] = key ? split(key) : [];
      return scope(() => {
        const y = value.apply(params.value, x, forValue);
        const open = activation(gate.apply(params.gate, x, forGate));
        expectShape('gated', open, y.shape);
        return mul(y, open);
      });
    },
  };
}
