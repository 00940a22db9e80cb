import { type Distribution, GenaiError, key } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { checkGradients } from '@genai/testing/check-gradients';
import { expectClose } from '@genai/testing/expect-close';
import { memory, ones, sum, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../golden/distributions.json' with { type: 'json' };
import { bernoulli } from './bernoulli.js';
import { categorical } from './categorical.js';
import { independent } from './independent.js';
import { hasClosedFormKl, kl, klPerFeature } from './kl.js';
import { logistic } from './logistic.js';
import { normal } from './normal.js';

const column = (rows: readonly (readonly number[])[], i: number): Tensor => tensor1d(rows.map((row) => row[i]!));

test('goldens of scipy: closed forms against quadrature and sums', () => {
  scope(() => {
    const { normal: n, bernoulli: b, categorical: c } = golden.kl;
    const [q, p] = [n.q, n.p].map((rows) => normal(column(rows, 0), column(rows, 1)));
    expectClose(kl(q!, p!), n.expected);
    expectClose(kl(bernoulli(tensor1d(b.q)), bernoulli(tensor1d(b.p))), b.expected);
    expectClose(kl(categorical(tensor1d(c.q)), categorical(tensor1d(c.p))), [c.expected]);
  });
});

test('goldens of scipy: an estimate by sampling comes near, and nearer with more draws', () => {
  scope(() => {
    const { q, p, expected } = golden.kl.logistic;
    const [a, b] = [q, p].map(([loc, scale]) => logistic(tensor1d([loc!]), tensor1d([scale!])));
    if (!a || !b) throw new Error('two are given');
    expect(hasClosedFormKl(a, b)).toBe(false);
    const error = (samples: number): number => Math.abs(kl(a, b, { key: key(1), samples }).dataSync()[0]! - expected);
    expect(error(100_000)).toBeLessThan(0.005); // the draws deviate by 0.3 each
    expect(error(100_000)).toBeLessThan(error(10));
  });
});

test('laws: zero between equals, never negative, and what a Monte-Carlo estimate tends to', () => {
  scope(() => {
    const pairs: [Distribution<Tensor>, Distribution<Tensor>][] = [
      [normal(tensor1d([0, 1]), tensor1d([1, 0.5])), normal(tensor1d([0.5, -1]), tensor1d([1.5, 0.9]))],
      [bernoulli(tensor1d([0.5, -2])), bernoulli(tensor1d([-1, 1]))],
      [
        categorical(
          tensor2d([
            [0, 1, 2],
            [1, 0, 0],
          ]),
        ),
        categorical(tensor1d([1, 1, 0])),
      ],
    ];
    for (const [q, p] of pairs) {
      expectClose(kl(q, q), [0, 0]);
      const exact = kl(q, p).dataSync();
      expect(exact.every((nats) => nats > 0)).toBe(true);
      // Without its kind a distribution is unknown to the closed forms.
      const { kind: _, ...unknown } = q as Distribution<Tensor> & { kind: string };
      const estimate = kl(unknown, p, { key: key(2), samples: 20_000 }).dataSync();
      for (const [i, nats] of exact.entries()) expect(Math.abs(estimate[i]! - nats)).toBeLessThan(0.04);
    }
  });
});

test('laws: independent sums the features; klPerFeature does not; batches broadcast', () => {
  scope(() => {
    const q = normal(
      tensor2d([
        [0, 1, 2],
        [3, 4, 5],
      ]),
      ones([2, 3]),
    );
    const p = normal(zeros([3]), ones([3]));
    const [a, b] = [independent(q, 1), independent(p, 1)];
    expect(kl(a, b).shape).toEqual([2]);
    expectClose(kl(a, b), [2.5, 25]);
    expect(klPerFeature(a, b).shape).toEqual([2, 3]);
    expectClose(klPerFeature(a, b), [0, 0.5, 2, 4.5, 8, 12.5]);
    expectClose(sum(klPerFeature(a, b), -1), kl(a, b));
    const nested = independent(independent(q, 1), 1);
    const wide = independent(independent(normal(zeros([2, 3]), ones([2, 3])), 1), 1);
    expect(kl(nested, wide).shape).toEqual([]);
    expect(klPerFeature(nested, wide).shape).toEqual([2, 3]);
    expectClose(klPerFeature(q, p), kl(q, p));
  });
});

test('known answers: an index that q rules out costs nothing, one that p rules out much', () => {
  scope(() => {
    const some = categorical(tensor1d([0, 0, Number.NEGATIVE_INFINITY]));
    const all = categorical(tensor1d([0, 0, 0]));
    expectClose(kl(some, all), [Math.log(1.5)]);
    expect(kl(all, some).dataSync()[0]).toBeGreaterThan(1e20);
  });
});

test('laws: closed forms have first and second derivatives at every parameter', async () => {
  using xs = owned({
    a: tensor2d([
      [0.5, -1],
      [0.2, 2],
    ]),
    b: tensor2d([[0.7, 1.2]]),
    c: tensor2d([[0.4], [-0.3]]),
    d: tensor2d([[1.1, 0.8]]),
  });
  const options = { order: 2, tolerance: 5e-3, valueAndGrad } as const;
  await checkGradients((a, b, c, d) => kl(normal(a!, b!), normal(c!, d!)), [xs.a, xs.b, xs.c, xs.d], options);
  await checkGradients((a, c) => kl(bernoulli(a!), bernoulli(c!)), [xs.a, xs.c], options);
  await checkGradients((a, d) => kl(categorical(a!), categorical(d!)), [xs.a, xs.d], options);
});

test('laws: nothing but the result is left over', () => {
  using xs = owned({ loc: tensor1d([0, 1]), scale: tensor1d([1, 2]) });
  const [n, l] = [normal(xs.loc, xs.scale), logistic(xs.loc, xs.scale)];
  const before = memory().numTensors;
  const results = [kl(n, n), klPerFeature(independent(n, 1), independent(n, 1)), kl(n, l, { key: key(0) })];
  expect(memory().numTensors - before).toBe(3);
  for (const result of results) result.dispose();
});

test('errors: no closed form and no key, events that differ, and no draws', () => {
  scope(() => {
    const [n, l] = [normal(zeros([2]), ones([2])), logistic(zeros([2]), ones([2]))];
    expect(() => kl(n, l)).toThrow(GenaiError);
    expect(() => kl(n, l)).toThrow('kl: there is no closed form for normal and logistic. Pass { key }');
    expect(() => kl(independent(n, 1), independent(l, 1))).toThrow('independent of normal and independent of logistic');
    expect(() => klPerFeature(n, l)).toThrow('klPerFeature: there is no closed form for normal and logistic');
    expect(() => kl(n, independent(n, 1))).toThrow('kl: q has events of shape [], p of shape [2]');
    expect(() => kl(n, l, { key: key(0), samples: 0 })).toThrow('samples must be an integer of at least 1, got 0');
    const own: Distribution<Tensor> = { sample: n.sample, logProb: n.logProb, batchShape: [2], eventShape: [] };
    expect(hasClosedFormKl(own, n)).toBe(false);
    expect(() => kl(own, n)).toThrow('a distribution of an unknown kind and normal');
    expect(hasClosedFormKl(categorical(zeros([2])), categorical(zeros([3])))).toBe(false);
  });
});
