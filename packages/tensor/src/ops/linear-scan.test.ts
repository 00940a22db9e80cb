import { GenaiError, key, randomNormal } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { fill, mul, sum, type Tensor, tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { owned, scope } from '../scope.js';
import { valueAndGrad } from '../value-and-grad.js';
import { linearScan } from './linear-scan.js';

// Every rounding of the doubling: alone, both sides of powers of two, a last round that reaches little.
test.each([1, 2, 3, 4, 7, 8, 9, 31, 100])('known answers: the values and the gradient of a loop, %i steps', (time) => {
  const shape = [2, time, 3];
  const [a, b, weight] = [0, 1, 2].map((seed) => randomNormal(key(seed), 6 * time)) as [Numbers, Numbers, Numbers];
  for (const i of [0, 4, 5].filter((i) => i < a.length)) a[i] = 0;
  const start = randomNormal(key(3), 6);
  const want = loop(a, b, start, weight, time);
  using tree = owned(
    scope(() => {
      const inputs = { a: tensor(a, shape), b: tensor(b, shape), start: tensor(start, [2, 3]) };
      const value = linearScan(inputs.a, inputs.b, inputs.start);
      const { grad } = valueAndGrad(
        ({ a, b, start }) => ({ loss: sum(mul(linearScan(a, b, start), tensor(weight, shape))) }),
        inputs,
      );
      return { value, grad };
    }),
  );
  expectClose(tree.value, want.value, { absolute: 1e-5 });
  expectClose(tree.grad.a, want.da, { absolute: 1e-4, relative: 1e-4 });
  expectClose(tree.grad.b, want.db, { absolute: 1e-5, relative: 1e-4 });
  expectClose(tree.grad.start, want.dstart, { absolute: 1e-5, relative: 1e-4 });
});

test('known answers: a factor of zero forgets, to the bit, whatever stood before', () => {
  const values = tidy(() => {
    const a = tensor([0.5, 0.5, 0, -1, 0.5], [1, 5, 1]);
    const b = tensor([1e30, 3e30, 7, 1, -2], [1, 5, 1]);
    return [...linearScan(a, b, fill([1, 1], -1e30)).dataSync()];
  });
  expect(values.slice(2)).toEqual([7, -6, -5]);
});

test('known answers: 1,000 steps that forget and 1,000 that do not stay finite, and so do their gradients', () => {
  const at = (factor: number): { value: Tensor; grad: { a: Tensor; start: Tensor } } =>
    scope(() => {
      const inputs = { a: fill([1, 1000, 1], factor), start: fill([1, 1], 1) };
      const { values, grad } = valueAndGrad(({ a, start }) => {
        const h = linearScan(a, fill([1, 1000, 1], 1), start);
        return { loss: sum(h), value: h };
      }, inputs);
      return { value: values.value, grad };
    });
  using fast = owned(at(0.01)); // products fall below the smallest number
  using none = owned(at(1));
  expectClose(fast.value.dataSync().slice(2), new Array(998).fill(1 / 0.99), { absolute: 0, relative: 2e-6 });
  expectClose(fast.grad.start, [0.01 / 0.99]);
  expect(fast.grad.a.dataSync().every(Number.isFinite)).toBe(true);
  expect([...none.value.dataSync()]).toEqual(Array.from({ length: 1000 }, (_, t) => t + 2));
  // d Σ h / d aₜ = hₜ₋₁ (1000 − t), t from 0
  expectClose(
    none.grad.a,
    Array.from({ length: 1000 }, (_, t) => (t + 1) * (1000 - t)),
  );
  expectClose(none.grad.start, [1000]);
});

test('known answers: no time, no states, and no slope at the start', () => {
  using tree = owned(
    scope(() => {
      const { grad } = valueAndGrad(
        (start) => ({ loss: sum(linearScan(zeros([2, 0, 3]), zeros([2, 0, 3]), start)) }),
        fill([2, 3], 1),
      );
      return { value: linearScan(zeros([2, 0, 3]), zeros([2, 0, 3]), zeros([2, 3])), grad };
    }),
  );
  expect(tree.value.shape).toEqual([2, 0, 3]);
  expectClose(tree.grad, new Array(6).fill(0));
});

test('errors: shapes that do not fit', () => {
  const run = (a: number[], b: number[], start: number[]) => () =>
    tidy(() => void linearScan(zeros(a), zeros(b), zeros(start)));
  expect(run([2, 3], [2, 3], [2])).toThrow(GenaiError);
  expect(run([2, 3, 4], [2, 3, 1], [2, 4])).toThrow('linearScan: b: got shape [2, 3, 1], expected [2, 3, 4].');
  expect(run([2, 3, 4], [2, 3, 4], [1, 4])).toThrow('linearScan: start: got shape [1, 4], expected [2, 4].');
});

type Numbers = Float32Array;

/** The recurrence and its gradient, Σ weight · h, step by step in float64, for (2, time, 3). */
function loop(
  a: Numbers,
  b: Numbers,
  start: Numbers,
  weight: Numbers,
  time: number,
): { value: number[]; da: number[]; db: number[]; dstart: number[] } {
  const [value, da, db] = [0, 1, 2].map(() => new Array<number>(a.length)) as [number[], number[], number[]];
  const dstart = new Array<number>(6);
  for (let row = 0; row < 2; row++) {
    for (let unit = 0; unit < 3; unit++) {
      const at = (t: number): number => (row * time + t) * 3 + unit;
      const state = (t: number): number => (t < 0 ? start[row * 3 + unit]! : value[at(t)]!);
      for (let t = 0; t < time; t++) value[at(t)] = a[at(t)]! * state(t - 1) + b[at(t)]!;
      let later = 0; // the slope that comes from the states behind
      for (let t = time - 1; t >= 0; t--) {
        const slope = weight[at(t)]! + later;
        db[at(t)] = slope;
        da[at(t)] = slope * state(t - 1);
        later = slope * a[at(t)]!;
      }
      dstart[row * 3 + unit] = later;
    }
  }
  return { value, da, db, dstart };
}
