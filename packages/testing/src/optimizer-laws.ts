import { mapTrees, type Optimizer, type Tree } from '@genai/core';
import { memory, mul, scalar, sub, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { contents, distinct, form, free } from './step-laws.js';

/** What the laws need to know of an optimizer. */
export interface OptimizerCase<O extends Tree<Tensor>> {
  readonly optimizer: Optimizer<Tensor, O>;
  /** Updates after which the bowl's bottom must be reached. Default 300. */
  readonly steps?: number;
  /** How near every parameter must then be to it, from a start that is about 1 away. Default 0.02. */
  readonly within?: number;
}

/**
 * The laws of an optimizer, as vitest tests: pure, stable in form, nothing left over, and it goes down.
 *
 * @example
 * optimizerLaws('adam', () => ({ optimizer: adam(0.05) }));
 */
export function optimizerLaws<O extends Tree<Tensor>>(name: string, make: () => OptimizerCase<O>): void {
  describe(`laws of an optimizer: ${name}`, () => {
    test('the state is made of finite numbers, the same each time, and nothing is left over', () => {
      const { optimizer } = make();
      holding({ params: start() }, ({ params }) => {
        const before = memory().numTensors;
        const state = optimizer.init(params);
        expect(memory().numTensors - before).toBe(distinct(state).length);
        const again = optimizer.init(params);
        expect(contents(again)).toEqual(contents(state));
        for (const { path, values } of contents(state)) expect(values.every(Number.isFinite), path).toBe(true);
        free(state, again);
      });
    });

    test('the same input gives the same output, and leaves the input as it was', () => {
      const { optimizer } = make();
      holding({ params: start(), grad: slope(), step: scalar(3) }, ({ params, grad, step }) => {
        const state = optimizer.init(params);
        const before = contents({ params, grad, step, state });
        const once = optimizer.update(grad, state, params, step);
        const twice = optimizer.update(grad, state, params, step);
        expect(contents(twice as Tree<Tensor>)).toEqual(contents(once as Tree<Tensor>));
        expect(contents({ params, grad, step, state })).toEqual(before);
        free(state, once as Tree<Tensor>, twice as Tree<Tensor>);
      });
    });

    test('an update keeps the form of parameters and state, and leaves only those behind', () => {
      const { optimizer } = make();
      holding({ params: start(), grad: slope(), step: scalar(0) }, ({ params, grad, step }) => {
        const state = optimizer.init(params);
        const known = new Set(distinct({ params, grad, step, state }));
        const before = memory().numTensors;
        const next = optimizer.update(grad, state, params, step) as { params: Tree<Tensor>; state: Tree<Tensor> };
        expect(memory().numTensors - before).toBe(distinct(next).filter((leaf) => !known.has(leaf)).length);
        expect(form(next.params)).toEqual(form(params));
        expect(form(next.state)).toEqual(form(state));
        free(state, next);
      });
    });

    test('a tree without tensors is updated to itself', () => {
      const { optimizer } = make();
      holding({ step: scalar(0) }, ({ step }) => {
        const state = optimizer.init({});
        const next = optimizer.update<Tree<Tensor>>({}, state, {}, step);
        expect(next.params).toEqual({});
        free(state, next.state);
      });
    });

    test('it reaches the bottom of a quadratic bowl', () => {
      const { optimizer, steps = 300, within = 0.02 } = make();
      holding({ bottom: slope(), steepness: steepnesses() }, ({ bottom, steepness }) => {
        let params: Tree<Tensor> = start();
        let state = optimizer.init(params);
        const farthest = (): number => {
          const [to, from] = [contents(bottom), contents(params)];
          return Math.max(...from.flatMap(({ values }, i) => values.map((x, j) => Math.abs(x - to[i]!.values[j]!))));
        };
        expect(farthest()).toBeGreaterThan(0.5);
        for (let i = 0; i < steps; i++) {
          const next = tidy(() => {
            const grad = mapTrees<Tensor, Tree<Tensor>>((p, b, s) => mul(sub(p, b!), s!), params, bottom, steepness);
            return optimizer.update(grad, state, params, scalar(i)) as never;
          }) as { params: Tree<Tensor>; state: O };
          const kept = new Set(distinct(next));
          free(distinct([params, state]).filter((leaf) => !kept.has(leaf)));
          ({ params, state } = next);
        }
        expect(farthest()).toBeLessThan(within);
        free(params, state);
      });
    });
  });
}

/** Frees the trees when `f` ends, however it ends. */
function holding<R extends { readonly [name: string]: Tree<Tensor> }>(trees: R, f: (trees: R) => void): void {
  try {
    f(trees);
  } finally {
    free(trees);
  }
}

// Objects, arrays, a matrix, a vector and a scalar: an optimizer asks nothing of the form of its tree.
const start = (): Tree<Tensor> => tree([0.5, -0.25, 1, 0.1, 0, -0.7], [0.3, -0.4], 0.9);
const slope = (): Tree<Tensor> => tree([-0.2, 0.4, 0.3, -0.6, 0.8, 0.1], [-0.5, 0.2], -0.1);
const steepnesses = (): Tree<Tensor> => tree([1, 0.5, 2, 1, 0.7, 1.5], [0.5, 1], 1);

function tree(weight: number[], bias: number[], scale: number): Tree<Tensor> {
  return { layers: [{ weight: tensor(weight, [2, 3]), bias: tensor(bias, [2]) }], scale: scalar(scale) };
}
