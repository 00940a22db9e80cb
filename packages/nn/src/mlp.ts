import { GenaiError, type Layer, split } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { relu, reshape, type Tensor } from '@tensorflow/tfjs-core';
import { type DenseParams, dense } from './dense.js';
import { dropout } from './dropout.js';
import { glorotUniform } from './initializers/glorot.js';
import { heUniform } from './initializers/he.js';
import type { Initializer } from './initializers/initializer.js';

export interface MlpOptions {
  /** What stands between the layers; none after the last. Default ReLU. */
  readonly activation?: (x: Tensor) => Tensor;
  /** The share of hidden elements that {@link dropout} sets to 0 while training. Default 0. */
  readonly dropout?: number;
  /** Draws the weights of the hidden layers. Default {@link heUniform}, which keeps the variance through ReLUs. */
  readonly initializer?: Initializer;
  /** Draws the weight of the last layer. Default {@link glorotUniform}, for small first outputs; `zeros` for none. */
  readonly lastInitializer?: Initializer;
}

/**
 * A multi-layer perceptron: dense layers with `activation` between them, (…, inputs) → (…, outputs).
 *
 * @param sizes - `[inputs, …hidden, outputs]`.
 * @example
 * const net = mlp([784, 256, 256, 10], { activation: silu });
 * const logits = net.apply(net.init(key(0)), images); // (batch, 784) → (batch, 10)
 * @throws GenaiError if `sizes` has fewer than two entries or one that is not an integer of at least 1; when applied, if
 * the last dimension is not `inputs`.
 */
export function mlp(
  sizes: readonly number[],
  { activation = relu, dropout: rate = 0, initializer = heUniform, lastInitializer = glorotUniform }: MlpOptions = {},
): Layer<Tensor, readonly DenseParams[]> {
  const where = `mlp([${sizes.join(', ')}])`;
  if (sizes.length < 2)
    throw new GenaiError(`${where}: sizes must be [inputs, …hidden, outputs], got ${sizes.length}.`);
  const inputs = sizes[0]!;
  const outputs = sizes.at(-1)!;
  const last = sizes.length - 2;
  const layers = sizes
    .slice(1)
    .map((size, i) => dense(sizes[i]!, size, { initializer: i < last ? initializer : lastInitializer }));
  const drop = dropout(rate);
  return {
    init: (key) => {
      const keys = split(key, layers.length);
      return scope(() => layers.map((layer, i) => layer.init(keys[i]!)));
    },
    apply: (params, x, key) =>
      scope(() => {
        expectShape(where, x, ['…', inputs]);
        const keys = key && rate > 0 ? split(key, last) : undefined;
        let y = x.rank === 2 ? x : reshape(x, [x.size / inputs, inputs]);
        for (const [i, layer] of layers.entries()) {
          y = layer.apply(params[i]!, y); // (rows, size)
          if (i < last) y = activation(y);
          if (i < last && keys) y = drop.apply({}, y, keys[i]!);
        }
        return x.rank === 2 ? y : reshape(y, [...x.shape.slice(0, -1), outputs]);
      }),
  };
}
