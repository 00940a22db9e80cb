import { type Key, type Layer, split } from '@genai/core';
import { type ProjectionParams, projection } from '@genai/nn';
import { dropElements, gatedActivation, gelu, scope, silu } from '@genai/tensor';
import { relu, type Tensor } from '@tensorflow/tfjs-core';
import type { FullConfig } from '../transformer-config.js';
import type { BlockInitializers } from './attention-layer.js';

/** `up` has the parts `gate` (if there is one) and `up`. */
export type FeedForwardParams = { readonly up: ProjectionParams; readonly down: ProjectionParams };

/**
 * down(activation(up(x))), or gated: down(activation(gate(x)) · up(x)).
 *
 * @source Vaswani et al. 2017, "Attention is all you need", eq. 2; Shazeer 2020, "GLU variants improve Transformer", eq. 6.
 */
export function feedForward(config: FullConfig, { into, out }: BlockInitializers): Layer<Tensor, FeedForwardParams> {
  const { width, hidden, gated, biases, dropout } = config;
  const bias = biases.feedForward;
  const parts: { readonly [part: string]: number } = gated ? { gate: hidden, up: hidden } : { up: hidden };
  const up = projection(width, parts, { bias, initializer: into });
  const down = projection(hidden, { down: width }, { bias, initializer: out });
  const activate = activationOf(config);
  return {
    init: (key) => {
      const [forUp, forDown] = split(key);
      return scope(() => ({ up: up.init(forUp), down: down.init(forDown) }));
    },
    apply: (params, x, key?: Key) => {
      const [forUp, forDown, forDrop] = key ? split(key, 3) : [];
      return scope(() => {
        const raised = up.apply(params.up, x, forUp); // (…, hidden) or (…, 2 · hidden)
        const y = down.apply(
          params.down,
          gated ? gatedActivation(raised, config.activation) : activate(raised),
          forDown,
        );
        return forDrop && dropout > 0 ? dropElements(y, forDrop, dropout) : y;
      });
    },
  };
}

/** The activation of a config. */
export const activationOf = ({ activation }: FullConfig): ((x: Tensor) => Tensor) => ACTIVATIONS[activation];

const ACTIVATIONS: { readonly [name in FullConfig['activation']]: (x: Tensor) => Tensor } = {
  gelu: (x) => gelu(x),
  'gelu-tanh': (x) => gelu(x, { approximate: true }),
  silu,
  relu,
};
