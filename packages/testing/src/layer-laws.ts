import { disposeTree, GenaiError, key, type Layer, leaves, mapLeaves, randomNormal, type Tree } from '@genai/core';
import { add, memory, mul, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkGradients, type ValueAndGrad } from './check-gradients.js';
import { gradientSizes } from './gradient-sizes.js';

/** What the laws need to know of a layer. */
export interface LayerCase<P extends Tree<Tensor>> {
  readonly layer: Layer<Tensor, P>;
  /** Makes an input, always the same. */
  readonly input: () => Tensor;
  /** The shape that the layer promises for it. */
  readonly output: readonly number[];
  /** Makes an input that the layer must refuse, or says why there is none. */
  readonly wrong: (() => Tensor) | string;
  /** Whether a key changes the output. Default `false`. */
  readonly stochastic?: boolean;
  /** That of @genai/tensor, if second derivatives are to be checked too. */
  readonly valueAndGrad?: ValueAndGrad;
}

/**
 * The laws of a layer, as vitest tests. The message for a wrong input must hold `name`.
 *
 * @example
 * layerLaws('dense', () => ({
 *   layer: dense(3, 4),
 *   input: () => normalNoise(key(1), [5, 3]),
 *   output: [5, 4],
 *   wrong: () => zeros([5, 4]),
 * }));
 */
export function layerLaws<P extends Tree<Tensor>>(name: string, make: () => LayerCase<P>): void {
  describe(`laws of a layer: ${name}`, () => {
    const holding = (f: (c: LayerCase<P>, params: P, x: Tensor) => void): void => {
      const c = make();
      const params = c.layer.init(key(7));
      const x = c.input();
      try {
        f(c, params, x);
      } finally {
        disposeTree([params, x]);
      }
    };
    const values = (f: () => Tensor): Float32Array => {
      const y = f();
      const numbers = y.dataSync() as Float32Array;
      y.dispose();
      return numbers;
    };

    test('the same key gives the same parameters, none but those are left over', () => {
      const before = memory().numTensors;
      holding(({ layer }, params) => {
        const again = layer.init(key(7));
        const pairs = leaves<Tensor>(params).map(([path, leaf]) => [path, leaf.shape, leaf.dataSync()]);
        expect(leaves<Tensor>(again).map(([path, leaf]) => [path, leaf.shape, leaf.dataSync()])).toEqual(pairs);
        expect(memory().numTensors - before).toBe(2 * pairs.length + 1); // two trees and the input
        disposeTree(again);
      });
    });

    test('the output has the shape declared and is the only tensor left over', () => {
      holding((c, params, x) => {
        for (const k of [undefined, key(3)]) {
          const before = memory().numTensors;
          const y = c.layer.apply(params, x, k);
          expect(y.shape).toEqual(c.output);
          expect(memory().numTensors - before).toBe(1);
          expect(y.dataSync().every(Number.isFinite)).toBe(true);
          y.dispose();
          expect(x.isDisposed, 'freeing the output must not free the input').toBe(false);
        }
      });
    });

    test('without a key it is deterministic; a key acts only in stochastic layers, and the same key the same way', () => {
      holding((c, params, x) => {
        const plain = values(() => c.layer.apply(params, x));
        const withKey = values(() => c.layer.apply(params, x, key(3)));
        expect(values(() => c.layer.apply(params, x))).toEqual(plain);
        expect(values(() => c.layer.apply(params, x, key(3)))).toEqual(withKey);
        if (c.stochastic) {
          expect(withKey).not.toEqual(plain);
          expect(values(() => c.layer.apply(params, x, key(4)))).not.toEqual(withKey);
        } else expect(withKey).toEqual(plain);
      });
    });

    test('every parameter has a gradient that is not zero, and gradients equal finite differences', async () => {
      const { layer, input, stochastic, valueAndGrad } = make();
      const fresh = layer.init(key(7));
      const params = nudged(fresh);
      const k = stochastic ? key(3) : undefined;
      const places = leaves<Tensor>(params).map(([path]) => path);
      const inputs = [...leaves<Tensor>(params).map(([, leaf]) => leaf), input()];
      const apply = (...moved: Tensor[]): Tensor =>
        layer.apply(
          mapLeaves<Tensor, P>(params, (_, path) => moved[places.indexOf(path)]!),
          moved.at(-1)!,
          k,
        );
      try {
        for (const [i, [, size]] of gradientSizes(inputs, () => apply(...inputs)).entries()) {
          if (places[i]) expect(size, `the length of the gradient at ${places[i]}`).toBeGreaterThan(0);
        }
        const second = valueAndGrad && { order: 2 as const, valueAndGrad };
        await checkGradients(apply, inputs, { epsilon: 2e-3, tolerance: 5e-3, ...second });
      } finally {
        disposeTree([fresh, inputs]);
      }
    });

    const wrong = make().wrong;
    if (typeof wrong === 'string') return;
    test('a wrong input gives a GenaiError that names the layer, and nothing is left over', () => {
      holding((c, params) => {
        const x = wrong();
        const before = memory().numTensors;
        const apply = (): Tensor => c.layer.apply(params, x);
        expect(apply).toThrow(GenaiError);
        expect(apply).toThrow(name);
        expect(memory().numTensors).toBe(before);
        x.dispose();
      });
    });
  });
}

/** Away from the first values, where a bias of 0 may lie on the kink of a ReLU, or a last weight of 0 hide a gradient. */
function nudged<P extends Tree<Tensor>>(params: P): P {
  return mapLeaves<Tensor, P>(params, (leaf, path) =>
    tidy(() => add(leaf, mul(tensor(randomNormal(key(path.length), leaf.size), leaf.shape), 0.1))),
  );
}
