import { key } from '@genai/core';
import { normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import {
  cast,
  exp,
  greater,
  memory,
  reshape,
  slice,
  type Tensor,
  tensor,
  tensor2d,
  tile,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { everyVector, expectRates, moved, total } from '../../test/vectors.js';
import { categoricalEmission } from './emissions/categorical-emission.js';
import { orderlessNade } from './orderless-nade.js';
import { orderlessNll } from './orderless-nll.js';

const bits = (): Tensor => cast(greater(normalNoise(key(2), [5, 4]), 0), 'float32');
const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

modelLaws('orderlessNade', () => ({
  model: orderlessNade({ features: 4, hidden: [20], orders: 2 }),
  context: () => undefined,
  data: bits,
}));
modelLaws('orderlessNade in a context', () => ({
  model: orderlessNade({ features: 4, hidden: [20, 20], context: 2 }),
  context: () => normalNoise(key(1), [5, 2]),
  data: bits,
}));

test.each([
  { name: 'natural', options: { features: 4, hidden: [8] }, levels: 2 },
  { name: 'several orders', options: { features: 4, hidden: [8], orders: 3 }, levels: 2 },
  { name: 'levels', options: { features: 3, hidden: [8], orders: 2, emission: categoricalEmission(3) }, levels: 3 },
])('known answers: $name: the probabilities sum to 1, and draws come as often as they say', ({ options, levels }) => {
  scope(() => {
    const model = orderlessNade(options);
    const d = model.given(moved(model.init(key(0)), key(1)));
    const all = everyVector(options.features, levels);
    const p = exp(d.logProb(all)).dataSync();
    expectClose(total(p), 1, { absolute: 1e-5 });
    expectRates(d.sample(key(3), [3000]), all, p);
  });
});

test('known answers: in a context each row has its own distribution', () => {
  scope(() => {
    const model = orderlessNade({ features: 3, hidden: [8], context: 2 });
    const params = moved(model.init(key(0)), key(1));
    const d = model.given(
      params,
      tensor2d([
        [1, -2],
        [-1, 2],
      ]),
    );
    const all = everyVector(3);
    const p = exp(d.logProb(reshape(all, [8, 1, 3]))).arraySync() as number[][]; // (8, 2)
    const draws = d.sample(key(2), [3000]); // (3000, 2, 3)
    for (const row of [0, 1]) {
      const own = p.map((both) => both[row]!);
      expectClose(total(own), 1, { absolute: 1e-5 });
      expectRates(reshape(slice(draws, [0, row, 0], [3000, 1, 3]), [3000, 3]), all, own);
    }
    expect(Math.max(...p.map(([a, b]) => Math.abs(a! - b!)))).toBeGreaterThan(0.05);
  });
});

test('known answers: the loss is the mean of −log p(x) over all orders, up to noise', () => {
  scope(() => {
    const model = orderlessNade({ features: 3, hidden: [8] });
    const params = moved(model.init(key(0)), key(1));
    const x = tensor2d([[1, 0, 1]]);
    const each = ORDERS.map((order) => {
      const one = orderlessNade({ features: 3, hidden: [8], orders: [order] });
      return -one.given(params).logProb(x).dataSync()[0]!;
    });
    const want = total(each) / ORDERS.length;
    const rows = tile(x, [1000, 1]);
    const losses = Array.from(
      { length: 30 },
      (_, i) => scope(() => orderlessNll(model).loss(params, rows, key(100 + i), tensor(0)).loss).dataSync()[0]!,
    );
    const mean = total(losses) / losses.length;
    const variance = losses.reduce((a, b) => a + (b - mean) ** 2, 0) / (losses.length - 1);
    expect(Math.abs(mean - want)).toBeLessThan(4 * Math.sqrt(variance / losses.length));
    expect(Math.max(...each) - Math.min(...each)).toBeGreaterThan(8 * Math.sqrt(variance / losses.length)); // orders differ
  });
});

test('known answers: completed features come as often as the average over the orders of the unknown ones says', () => {
  scope(() => {
    const model = orderlessNade({ features: 4, hidden: [12] });
    const params = moved(model.init(key(0)), key(1));
    const x = tensor2d([[Number.NaN, 1, Number.NaN, 0]]); // what is hidden may be anything
    const rows = 4000;
    const drawn = model.given(params).complete(key(2), tile(x, [rows, 1]), tensor([0, 1, 0, 1]));
    const all = tensor2d([0, 1].flatMap((a) => [0, 1].map((b) => [a, 1, b, 0])));
    const want = [0, 0, 0, 0];
    for (const order of [
      [2, 0, 3, 1],
      [3, 0, 2, 1],
    ]) {
      const joint = [
        ...exp(
          orderlessNade({ features: 4, hidden: [12], orders: [order] })
            .given(params)
            .logProb(all),
        ).dataSync(),
      ];
      const known = total(joint);
      for (const [i, p] of joint.entries()) want[i]! += p / known / 2;
    }
    expectRates(drawn, all, want);
  });
});

test('laws: conditionals do not look at what is hidden, and only they and a completion are left over', () => {
  const model = orderlessNade({ features: 4, hidden: [8] });
  using params = owned(model.init(key(0)));
  using world = owned({
    a: tensor2d([[1, 0, 1, 1]]),
    b: tensor2d([[1, Number.NaN, 0, 1]]),
    known: tensor([1, 0, 0, 1]),
    one: tensor2d([[1, 1, 1, 1]]),
  });
  scope(() => {
    const score = (x: Tensor): Tensor => model.given(params).conditionals(x, world.known).logProb(world.one);
    expectClose(score(world.a), score(world.b).dataSync());
  });
  const before = memory().numTensors;
  const drawn = model.given(params).complete(key(0), world.b, world.known);
  expect(memory().numTensors - before).toBe(1);
  const [row] = drawn.arraySync() as [number[]];
  expect([row[0], row[3]]).toEqual([1, 1]);
  drawn.dispose();
});

test('errors: sizes, orders, shapes', () => {
  const make = (options: object) => () => orderlessNade({ features: 3, hidden: [4], ...options });
  expect(make({ features: 0 })).toThrow('orderlessNade(0): features must be an integer of at least 1, got 0.');
  expect(make({ orders: 0 })).toThrow('orderlessNade(3): orders must be an integer of at least 1, got 0.');
  expect(make({ orders: [] })).toThrow(
    'orderlessNade(3): the number of orders must be an integer of at least 1, got 0.',
  );
  expect(make({ orders: [[0, 2, 2]] })).toThrow('orderlessNade(3): order must hold each of 0 to 2 once');
  scope(() => {
    const model = orderlessNade({ features: 3, hidden: [4] });
    const params = model.init(key(0));
    expect(() => model.given(params).logProb(zeros([2, 4]))).toThrow('orderlessNade(3).logProb: x has shape [2, 4]');
    expect(() => model.given(params).complete(key(0), zeros([2, 4]), zeros([4]))).toThrow(
      'orderlessNade(3).complete: x has shape [2, 4], expected',
    );
    expect(() => model.given(params).conditionals(zeros([2, 3]), zeros([2]))).toThrow(
      'orderlessNade(3).conditionals: known has shape [2], x has shape [2, 3].',
    );
  });
});
