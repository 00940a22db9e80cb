import { type Key, split, type Tree } from '@genai/core';
import { fansOf, type Initializer } from '@genai/nn';
import { normalNoise, scope, uniformNoise } from '@genai/tensor';
import { mul, type Tensor } from '@tensorflow/tfjs-core';

type Layers = { readonly [name: string]: { readonly init: (key: Key) => Tree<Tensor> } };

/** The parameters of each of some layers, by their names. */
export type ParamsOf<L extends Layers> = { readonly [N in keyof L]: ReturnType<L[N]['init']> };

/** Draws the parameters of named layers. */
export function initLayers<L extends Layers>(layers: L, key: Key): ParamsOf<L> {
  const names = Object.keys(layers);
  const keys = split(key, names.length);
  return scope(() => Object.fromEntries(names.map((name, i) => [name, layers[name]!.init(keys[i]!)]))) as ParamsOf<L>;
}

/** N(0, deviation²). */
export function normalInit(deviation: number): Initializer {
  return (key, shape) => scope(() => mul(normalNoise(key, shape), deviation));
}

/** U(−1/√inputs, 1/√inputs), which the peers draw the weights of dense and convolutional layers from. */
export const peerInit: Initializer = (key, shape, fans = fansOf(shape)) => {
  const bound = 1 / Math.sqrt(fans.inputs);
  return uniformNoise(key, shape, { min: -bound, max: bound });
};
