import { GenaiError, type Layer, split, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Layers one after another; the parameters are an array of theirs, typed layer by layer.
 *
 * A key is split between the layers, for {@link dropout} and its like.
 *
 * @example
 * const net = sequential(dense(784, 256), activation(relu), dropout(0.1), dense(256, 10));
 * const params = net.init(key(0));
 * params[3].weight; // (256, 10)
 * @throws GenaiError if there is no layer.
 */
export function sequential<P extends readonly Tree<Tensor>[]>(
  ...layers: { readonly [I in keyof P]: Layer<Tensor, P[I]> }
): Layer<Tensor, P> {
  if (layers.length === 0) throw new GenaiError('sequential: needs at least one layer, got none.');
  return {
    init: (key) => {
      const keys = split(key, layers.length);
      return scope(() => layers.map((layer, i): Tree<Tensor> => layer.init(keys[i]!))) as unknown as P;
    },
    apply: (params, x, key) => {
      if (params.length !== layers.length) {
        throw new GenaiError(
          `sequential: got parameters of ${params.length} layers, expected ${layers.length}. Pass what init gave.`,
        );
      }
      const keys = key && split(key, layers.length);
      return scope(() => layers.reduce((y, layer, i) => layer.apply(params[i]!, y, keys?.[i]), x));
    },
  };
}
