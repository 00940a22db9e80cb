import {
  type Distribution,
  disposeTree,
  key,
  type LowerBound,
  leaves,
  type Model,
  type Samples,
  type Tree,
} from '@genai/core';
import { memory, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { gradientSizes } from './gradient-sizes.js';

/** What the laws need to know of a model. */
export interface ModelCase<P extends Tree<Tensor>, C = void> {
  readonly model: Model<P, Samples<Tensor> & Partial<Distribution<Tensor> & LowerBound<Tensor>>, C>;
  /** Makes what the model is conditioned on; `undefined` for an unconditional model. */
  readonly context: () => C;
  /** Makes values to be scored, always the same. Left out for a model that cannot score. */
  readonly data?: () => Tensor;
}

/**
 * The laws of a model, as vitest tests: its parameters follow from the key, nothing else is left over, it draws finite
 * numbers, and its score of data is finite at once, with a gradient at every parameter.
 *
 * @example
 * modelLaws('gaussian', () => ({
 *   model: gaussian(dense(3, 4)),
 *   context: () => normalNoise(key(1), [5, 3]),
 *   data: () => normalNoise(key(2), [5, 2]),
 * }));
 */
export function modelLaws<P extends Tree<Tensor>, C = void>(name: string, make: () => ModelCase<P, C>): void {
  describe(`laws of a model: ${name}`, () => {
    const holding = (f: (c: ModelCase<P, C>, params: P) => void): void => {
      const c = make();
      const params = c.model.init(key(7));
      try {
        f(c, params);
      } finally {
        disposeTree(params);
      }
    };
    const score = ({ model, context, data }: ModelCase<P, C>, params: P): Tensor => {
      const d = model.given(params, context());
      const x = data!();
      return d.logProb ? d.logProb(x) : d.logProbBound!(x, key(3));
    };

    test('the same key gives the same parameters, another key others, and no other tensor is left over', () => {
      const { model } = make();
      const read = (seed: number): [string, number[], Float32Array][] => {
        const before = memory().numTensors;
        const params = leaves<Tensor>(model.init(key(seed)));
        expect(memory().numTensors - before).toBe(params.length);
        const found = params.map(([path, leaf]) => [path, leaf.shape, leaf.dataSync()] as never);
        for (const [, leaf] of params) leaf.dispose();
        return found;
      };
      const first = read(7);
      expect(read(7)).toEqual(first);
      if (first.length > 0) expect(read(8)).not.toEqual(first);
    });

    test('it draws finite numbers, the same for the same key, in the shapes that it tells', () =>
      holding(({ model, context }, params) =>
        tidy(() => {
          const d = model.given(params, context());
          const before = memory().numTensors;
          const x = d.sample(key(1), [2, 3]);
          expect(memory().numTensors - before, 'tensors left over').toBe(1);
          expect(x.shape.slice(0, 2)).toEqual([2, 3]);
          if (d.batchShape && d.eventShape) expect(x.shape.slice(2)).toEqual([...d.batchShape, ...d.eventShape]);
          expect(x.dataSync().every(Number.isFinite)).toBe(true);
          expect(d.sample(key(1), [2, 3]).dataSync()).toEqual(x.dataSync());
          expect(d.sample(key(2), [2, 3]).dataSync()).not.toEqual(x.dataSync());
        }),
      ));

    if (!make().data) return;
    test('its score of data is finite before any training, and its gradient reaches every parameter', () =>
      holding((c, params) => {
        const y = tidy(() => score(c, params));
        expect(y.dataSync().every(Number.isFinite)).toBe(true);
        y.dispose();
        for (const [path, size] of gradientSizes(params, () => score(c, params))) {
          expect(size, `the gradient of ${path}`).toBeGreaterThan(0);
          expect(size, `the gradient of ${path}`).toBeLessThan(Number.POSITIVE_INFINITY);
        }
      }));
  });
}
