import { disposeTree, type Key, key, leaves, type Step, type Tree } from '@genai/core';
import { memory, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

/** What the laws need to know of a step. */
export interface StepCase<S extends Tree<Tensor>, B extends Tree<Tensor>> {
  readonly step: Step<S, B, { readonly [name: string]: Tensor }>;
  /** Makes a batch, always the same. */
  readonly batch: () => B;
}

/**
 * The laws of a step, as vitest tests: pure, stable in form, scalars to watch, nothing left over.
 *
 * @example
 * stepLaws('minimize', () => ({ step: minimize(objective, sgd(0.1)), batch: () => normalNoise(key(1), [8, 2]) }));
 */
export function stepLaws<S extends Tree<Tensor>, B extends Tree<Tensor>>(
  name: string,
  make: () => StepCase<S, B>,
): void {
  describe(`laws of a step: ${name}`, () => {
    type Made = { state: S; metrics: { readonly [name: string]: Tensor } };
    const started = (f: (run: (state: S, key: Key) => Made, state: S, batch: B) => void): void => {
      const { step, batch: makeBatch } = make();
      const [state, batch] = [step.init(key(5)), makeBatch()];
      try {
        f((s, k) => step.run(s, batch, k), state, batch);
      } finally {
        free(state, batch);
      }
    };

    test('the same key gives the same first state, and nothing else is left over', () => {
      started((_, state) => {
        const { step } = make();
        const before = memory().numTensors;
        const again = step.init(key(5));
        expect(memory().numTensors - before).toBe(distinct(again).length);
        expect(contents(again)).toEqual(contents(state));
        free(again);
      });
    });

    test('the same input gives the same output, and leaves the input as it was', () => {
      started((run, state, batch) => {
        const before = contents({ state, batch } as Tree<Tensor>);
        const once = run(state, key(9));
        const twice = run(state, key(9));
        expect(contents(twice)).toEqual(contents(once));
        expect(contents({ state, batch } as Tree<Tensor>)).toEqual(before);
        free(once, twice);
      });
    });

    test('the new state has the form of the old, over several moves', () => {
      started((run, state) => {
        const first = run(state, key(1));
        const second = run(first.state, key(2));
        expect(form(first.state)).toEqual(form(state));
        expect(form(second.state)).toEqual(form(state));
        free(first, second);
      });
    });

    test('the metrics are finite scalars', () => {
      started((run, state) => {
        const made = run(state, key(1));
        expect(Object.keys(made.metrics).length).toBeGreaterThan(0);
        for (const { path, shape, values } of contents(made.metrics)) {
          expect(shape, path).toEqual([]);
          expect(values.every(Number.isFinite), path).toBe(true);
        }
        free(made);
      });
    });

    test('a move leaves its new state and its metrics behind, and no other tensor', () => {
      started((run, state, batch) => {
        const known = new Set(distinct({ state, batch } as Tree<Tensor>));
        const before = memory().numTensors;
        const made = run(state, key(1));
        expect(memory().numTensors - before).toBe(distinct(made).filter((leaf) => !known.has(leaf)).length);
        free(made);
      });
    });
  });
}

/** The leaves of a tree, each once. */
export function distinct(tree: Tree<Tensor>): Tensor[] {
  return [...new Set(leaves<Tensor>(tree).map(([, leaf]) => leaf))];
}

/** Frees trees that may share leaves. */
export function free(...trees: readonly Tree<Tensor>[]): void {
  disposeTree(trees);
}

/** Where a tree's leaves stand, and of what kind they are. */
export function form(tree: Tree<Tensor>): { path: string; shape: number[]; dtype: string }[] {
  return leaves<Tensor>(tree).map(([path, { shape, dtype }]) => ({ path, shape, dtype }));
}

/** The form of a tree and all its numbers. */
export function contents(tree: Tree<Tensor>): { path: string; shape: number[]; dtype: string; values: number[] }[] {
  return leaves<Tensor>(tree).map(([path, leaf]) => {
    const { shape, dtype } = leaf;
    return { path, shape, dtype, values: Array.from(leaf.dataSync()) };
  });
}
