import { readFileSync } from 'node:fs';
import type { Optimizer, Tree } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { optimizerLaws } from '@genai/testing/optimizer-laws';
import { contents, distinct, free } from '@genai/testing/step-laws';
import { scalar, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  adam,
  adamW,
  chain,
  clipByGlobalNorm,
  clipByValue,
  linear,
  lion,
  sgd,
  stepDecay,
  warmupCosine,
} from './index.js';

type Params<T> = { weight: T; bias: T };
interface Golden {
  readonly start: Params<number[]>;
  readonly gradients: readonly Params<number[]>[];
  readonly after: { readonly [name: string]: readonly Params<number[]>[] };
}
// Recipe: golden/optimizers.py, torch 1.13 in float64.
const golden = JSON.parse(readFileSync(new URL('../golden/optimizers.json', import.meta.url), 'utf8')) as Golden;

const cases: { readonly [name: string]: Optimizer<Tensor> } = Object.fromEntries<unknown>([
  ['sgd(0.1)', sgd(0.1)],
  ['sgd(0.1, { weightDecay: 0.05 })', sgd(0.1, { weightDecay: 0.05 })],
  ['sgd(0.05, { momentum: 0.9 })', sgd(0.05, { momentum: 0.9 })],
  [
    'sgd(0.05, { momentum: 0.9, nesterov: true, weightDecay: 0.01 })',
    sgd(0.05, { momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  ],
  ['adam(0.01)', adam(0.01)],
  ['adam(0.02, { b1: 0.5, b2: 0.9, epsilon: 1e-3 })', adam(0.02, { b1: 0.5, b2: 0.9, epsilon: 1e-3 })],
  ['adam(linear(0.02, 0, 16))', adam(linear(0.02, 0, 16))],
  ['adamW(0.01)', adamW(0.01)],
  [
    'adamW(0.01, { weightDecay: 0.5, decays: weight })',
    adamW(0.01, { weightDecay: 0.5, decays: (path) => path === 'weight' }),
  ],
  ['lion(0.003)', lion(0.003)],
  ['lion(0.01, { b1: 0.95, b2: 0.98, weightDecay: 0.1 })', lion(0.01, { b1: 0.95, b2: 0.98, weightDecay: 0.1 })],
]) as { [name: string]: Optimizer<Tensor> };

describe('goldens: 20 updates as torch.optim makes them, to 1e-6', () => {
  test('every golden has its case', () => {
    expect(Object.keys(cases)).toEqual(Object.keys(golden.after));
  });
  test.each(Object.keys(golden.after))('%s', (name) => {
    expect(farthest(cases[name]!, golden.after[name]!)).toBeLessThan(1e-6);
  });
  test.each(Object.keys(golden.after))('%s, in a chain with clips that never act', (name) => {
    const idle = chain(clipByGlobalNorm(1e6), clipByValue(1e6), cases[name]!);
    expect(farthest(idle, golden.after[name]!)).toBeLessThan(1e-6);
  });
});

optimizerLaws('sgd', () => ({ optimizer: sgd(0.3) }));
optimizerLaws('sgd with momentum', () => ({ optimizer: sgd(0.05, { momentum: 0.9 }) }));
optimizerLaws('sgd with Nesterov momentum', () => ({ optimizer: sgd(0.05, { momentum: 0.9, nesterov: true }) }));
optimizerLaws('sgd with a schedule', () => ({ optimizer: sgd(stepDecay({ start: 0.4, factor: 0.5, every: 100 })) }));
optimizerLaws('adam', () => ({ optimizer: adam(0.05) }));
optimizerLaws('adamW with a schedule', () => ({
  optimizer: adamW(warmupCosine({ peak: 0.1, warmup: 20, steps: 300 }), { weightDecay: 1e-4 }),
}));
optimizerLaws('lion', () => ({ optimizer: lion(linear(0.05, 0, 300)) }));
optimizerLaws('chain', () => ({ optimizer: chain(clipByGlobalNorm(0.5), clipByValue(0.4), adam(0.05)) }));

describe('known answers', () => {
  test('the first update of adam has the size of the learning rate, whatever the gradient', () => {
    for (const size of [1e-5, 1, 1e5]) {
      const moved = firstMove(adam(0.01, { epsilon: 1e-12 }), [size, -size, 0]);
      for (const [i, want] of [-0.01, 0.01, 0].entries()) expect(moved[i]).toBeCloseTo(want, 7);
    }
  });

  test('lion moves by the learning rate against the sign, and not at all without a gradient', () => {
    expect(firstMove(lion(0.5), [3e-20, -7, 0])).toEqual([-0.5, 0.5, 0]);
  });

  test('a NaN in the gradient shows in the parameters, with every optimizer', () => {
    for (const [name, optimizer] of Object.entries(cases)) {
      expect(firstMove(optimizer, [Number.NaN, 1, 2])[0], name).toBeNaN();
    }
  });

  test('an update is the same for each leaf, in whatever order the trees list them', () => {
    const made = scope(() => {
      const optimizer = sgd(1, { momentum: 0.5 });
      const params = { a: tensor([1]), b: tensor([2, 3]) };
      const state = optimizer.init({ b: params.b, a: params.a });
      return optimizer.update({ b: tensor([20, 30]), a: tensor([10]) } as never, state, params, scalar(0)).params;
    });
    expect(contents(made).map(({ path, values }) => [path, values])).toEqual([
      ['a', [-9]],
      ['b', [-18, -27]],
    ]);
    free(made);
  });
});

describe('errors', () => {
  test('numbers out of their range', () => {
    expect(() => adam(Number.NaN)).toThrow(/adam: learningRate .* got NaN/);
    expect(() => adam(1e-3, { b2: 1 })).toThrow(/adam: b2 .* got 1/);
    expect(() => adamW(1e-3, { weightDecay: -1 })).toThrow(/adamW: weightDecay .* got -1/);
    expect(() => adamW(-1)).toThrow(/adamW: learningRate .* got -1/);
    expect(() => lion(1e-3, { b1: -0.1 })).toThrow(/lion: b1/);
    expect(() => sgd(0.1, { momentum: 1 })).toThrow(/sgd: momentum/);
  });

  test('a gradient of another form names the path, and nothing is left over', () => {
    using params = owned({ a: tensor([1]) });
    using grad = owned({ b: tensor([1]) });
    using step = owned({ at: scalar(0) });
    const optimizer = adam(1e-3);
    using state = owned(optimizer.init(params));
    expect(() => optimizer.update(grad as never, state, params, step.at)).toThrow(/"a"/);
  });
});

function farthest<O extends Tree<Tensor>>(optimizer: Optimizer<Tensor, O>, after: readonly Params<number[]>[]): number {
  let params = tensors(golden.start);
  let state: O = optimizer.init(params);
  let far = 0;
  for (const [i, gradient] of golden.gradients.entries()) {
    const old = params;
    const oldState: O = state;
    ({ params, state } = scope(() => optimizer.update(tensors(gradient), oldState, old, scalar(i))));
    for (const name of ['weight', 'bias'] as const) {
      const got = params[name].dataSync();
      for (const [j, want] of after[i]![name].entries()) far = Math.max(far, Math.abs(got[j]! - want));
    }
    const kept = new Set(distinct(state));
    free(
      old,
      distinct(oldState).filter((leaf) => !kept.has(leaf)),
    );
  }
  free(params, state);
  return far;
}

function tensors({ weight, bias }: Params<number[]>): Params<Tensor> {
  return { weight: tensor(weight, [3, 4]), bias: tensor(bias) };
}

/** Where three parameters go from 0 by one update. */
function firstMove<O extends Tree<Tensor>>(optimizer: Optimizer<Tensor, O>, gradient: number[]): number[] {
  const made = scope(() => {
    const params = { weight: tensor([0, 0, 0]) };
    return optimizer.update({ weight: tensor(gradient) }, optimizer.init(params), params, scalar(0)).params.weight;
  });
  const moved = Array.from(made.dataSync());
  made.dispose();
  return moved;
}
