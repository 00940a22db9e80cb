import { readFileSync } from 'node:fs';
import { key, type Objective, type Optimizer, type Tree } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { optimizerLaws } from '@genai/testing/optimizer-laws';
import { contents, distinct, form, free, stepLaws } from '@genai/testing/step-laws';
import { add, matMul, mean, scalar, square, sub, type Tensor, tanh, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { points, squaredError } from '../test/regression.js';
import { adafactor } from './adafactor.js';
import { adagrad } from './adagrad.js';
import { adam } from './adam.js';
import { adamW } from './adam-w.js';
import { layerwise } from './layerwise.js';
import { lookahead } from './lookahead.js';
import { rmsProp } from './rms-prop.js';
import { scaled } from './scaled.js';
import { scheduleFree } from './schedule-free.js';
import { linear } from './schedules.js';
import { sgd } from './sgd.js';
import { sharpnessAware } from './sharpness-aware.js';

type Params<T> = { weight: T; bias: T };
interface Golden {
  readonly after: { readonly [name: string]: readonly Params<number[]>[] };
  readonly sharpnessAware: {
    readonly after: readonly Params<number[]>[];
    readonly loss: readonly number[];
    readonly sharpness: readonly number[];
    readonly x: number[];
    readonly y: number[];
  };
}
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8'));
const { start, gradients } = read('optimizers.json') as {
  readonly start: Params<number[]>;
  readonly gradients: readonly Params<number[]>[];
};
// Recipe: golden/more_optimizers.py, torch 2.13 in float64.
const golden = read('more-optimizers.json') as Golden;

const byName = layerwise({
  decay: 0.5,
  layers: 2,
  layer: (path) => (path === 'weight' ? 0 : 1),
  optimizer: (factor) => adamW(scaled(0.01, factor)),
});
const cases: { readonly [name: string]: Optimizer<Tensor> } = Object.fromEntries<unknown>([
  ['rmsProp(0.01)', rmsProp(0.01)],
  [
    'rmsProp(0.01, { decay: 0.9, momentum: 0.8, epsilon: 1e-4 })',
    rmsProp(0.01, { decay: 0.9, momentum: 0.8, epsilon: 1e-4 }),
  ],
  ['adagrad(0.1)', adagrad(0.1)],
  ['lookahead(adam(0.01), { every: 4, rate: 0.3 })', lookahead(adam(0.01), { every: 4, rate: 0.3 })],
  ['layerwise({ decay: 0.5, weight below bias }, adamW(0.01))', byName],
  ['adafactor(0.05)', adafactor(0.05)],
  [
    'adafactor(0.5, { decay: 0.5, clip: 1.2, least: 0.2, weightDecay: 0.1 })',
    adafactor(0.5, { decay: 0.5, clip: 1.2, least: 0.2, weightDecay: 0.1 }),
  ],
  ['scheduleFree(rmsProp(0.01), { momentum: 0.8 })', scheduleFree(rmsProp(0.01), { momentum: 0.8 })],
]) as { [name: string]: Optimizer<Tensor> };

describe('goldens: 20 updates as torch.optim makes them, to 1e-6', () => {
  test('every golden has its case', () => {
    expect(Object.keys(cases)).toEqual(Object.keys(golden.after));
  });
  test.each(Object.keys(golden.after))('%s', (name) => {
    const optimizer = cases[name]!;
    let params = tensors(start);
    let state = optimizer.init(params);
    for (const [i, gradient] of gradients.entries()) {
      const [old, oldState] = [params, state];
      ({ params, state } = scope(() => optimizer.update(tensors(gradient), oldState, old, scalar(i)) as never) as {
        params: Params<Tensor>;
        state: Tree<Tensor>;
      });
      expectNear(params, golden.after[name]![i]!);
      const kept = new Set(distinct([params, state]));
      free(distinct([old, oldState]).filter((leaf) => !kept.has(leaf)));
    }
    free(params, state);
  });
});

optimizerLaws('lookahead', () => ({ optimizer: lookahead(adam(0.1)) }));
optimizerLaws('rmsProp', () => ({ optimizer: rmsProp(linear(0.05, 0, 300)) }));
optimizerLaws('rmsProp with momentum', () => ({ optimizer: rmsProp(linear(0.02, 0, 300), { momentum: 0.5 }) }));
optimizerLaws('adagrad', () => ({ optimizer: adagrad(0.5) }));
optimizerLaws('adafactor', () => ({ optimizer: adafactor(linear(0.3, 0, 300), { least: 0.3 }) }));
optimizerLaws('scheduleFree', () => ({ optimizer: scheduleFree(sgd(0.5)) }));
optimizerLaws('layerwise', () => ({
  optimizer: layerwise({
    decay: 0.5,
    layers: 3,
    layer: (path) => (path.startsWith('layers') ? 1 : 2),
    optimizer: (factor) => sgd(scaled(0.6, factor)),
  }),
}));
stepLaws('sharpnessAware', () => ({ step: sharpnessAware(squaredError, adam(0.01)), batch: points }));

/** Mean squared error of tanh(x · weight + bias). */
const net: Objective<Tensor, Params<Tensor>, { x: Tensor; y: Tensor }> = {
  init: () => tensors(start),
  loss: ({ weight, bias }, { x, y }) => ({ loss: mean(square(sub(tanh(add(matMul(x, weight), bias)), y))) }),
};

test('goldens: 12 steps of sharpnessAware as PyTorch makes them', () => {
  const { after, loss, sharpness, x, y } = golden.sharpnessAware;
  const step = sharpnessAware(net, sgd(0.5, { momentum: 0.9 }), { radius: 0.2 });
  using batch = owned({ x: tensor(x, [6, 3]), y: tensor(y, [6, 4]) });
  let state = step.init(key(0));
  for (const [i, want] of after.entries()) {
    const next = step.run(state, batch, key(i));
    expectNear(next.state.params, want, 3e-6);
    expect(next.metrics.loss.dataSync()[0]).toBeCloseTo(loss[i]!, 6);
    expect(next.metrics.sharpness.dataSync()[0]).toBeCloseTo(sharpness[i]!, 6);
    free(state, next.metrics);
    state = next.state;
  }
  free(state);
});

test('known answers: at a minimum, where there is no way uphill, sharpnessAware stays', () => {
  const step = sharpnessAware({ init: () => scalar(2), loss: (p: Tensor) => ({ loss: square(sub(p, 2)) }) }, sgd(0.1));
  const made = scope(() => step.run(step.init(key(0)), scalar(0), key(1)));
  expect(contents(made.state).map(({ values }) => values[0])).toEqual([2, 1]);
  free(made);
});

test('known answers: the state of adafactor grows with the sides of a matrix, not with its size', () => {
  using params = owned({ kernel: zeros([3, 3, 5, 7]), bias: zeros([7]) });
  using state = owned(adafactor(0.1).init(params));
  expect(form(state).map(({ path, shape }) => [path, shape])).toEqual([
    ['rows.kernel', [3, 3, 5, 1]],
    ['rows.bias', [7]],
    ['columns.kernel', [3, 3, 1, 7]],
    ['columns.bias', []],
  ]);
});

test('known answers: the average of scheduleFree is the plain mean of the points', () => {
  scope(() => {
    const optimizer = scheduleFree(sgd(1), { momentum: 0.5 });
    let params = scalar(0) as Tensor;
    let state = optimizer.init(params);
    for (const [i, gradient] of [-1, -2, -3].entries()) {
      ({ params, state } = optimizer.update(scalar(gradient) as Tensor, state, params, scalar(i)));
    }
    const numbers = [state.point, state.average, params].map((x) => (x as Tensor).dataSync()[0]!);
    // points 1, 3, 6 with the mean 10 / 3; gradients are taken half way between 6 and that
    for (const [i, want] of [6, 10 / 3, 14 / 3].entries()) expect(numbers[i]).toBeCloseTo(want, 5);
    return {};
  });
});

test('known answers: scaled multiplies numbers and schedules', () => {
  expect(scaled(0.5, 4)).toBe(2);
  const rate = scope(() => scaled(linear(1, 3, 2), 10)(scalar(1)));
  expect(rate.dataSync()[0]).toBe(20);
  rate.dispose();
});

test('errors: numbers out of their range', () => {
  expect(() => lookahead(sgd(1), { every: 0 })).toThrow(/lookahead: every .* got 0/);
  expect(() => lookahead(sgd(1), { rate: 0 })).toThrow(/lookahead: rate .* got 0/);
  expect(() => rmsProp(1e-3, { decay: 1 })).toThrow(/rmsProp: decay .* got 1/);
  expect(() => adafactor(0.1, { clip: 0 })).toThrow(/adafactor: clip .* got 0/);
  expect(() => scheduleFree(sgd(1), { momentum: 2 })).toThrow(/scheduleFree: momentum .* got 2/);
  expect(() => adagrad(-1)).toThrow(/adagrad: learningRate .* got -1/);
  expect(() => sharpnessAware(net, sgd(1), { radius: 0 })).toThrow(/sharpnessAware: radius .* got 0/);
  const wrong = { layer: (): number => 2, optimizer: (factor: number) => sgd(factor) };
  expect(() => layerwise({ ...wrong, decay: 1.5, layers: 2 })).toThrow(/layerwise: decay .* got 1.5/);
  using params = owned({ head: scalar(1) });
  expect(() => layerwise({ ...wrong, decay: 0.5, layers: 2 }).init(params)).toThrow(/"head" is of layer 2, .* 0 to 1/);
});

function tensors({ weight, bias }: Params<number[]>): Params<Tensor> {
  return { weight: tensor(weight, [3, 4]), bias: tensor(bias) };
}

function expectNear(params: Params<Tensor>, want: Params<number[]>, within = 1e-6): void {
  for (const name of ['weight', 'bias'] as const) {
    const got = params[name].dataSync();
    for (const [j, value] of want[name].entries()) expect(Math.abs(got[j]! - value), name).toBeLessThan(within);
  }
}
