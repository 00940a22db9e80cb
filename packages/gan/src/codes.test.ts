import { GenaiError, key } from '@genai/core';
import { independent, normal, standardNormal } from '@genai/distributions';
import type { Conditioned } from '@genai/nn';
import { owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { abs, add, fill, max, memory, ones, slice, type Tensor, tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { conditionalGan, gan } from './gan.js';
import { interpolateCodes } from './interpolate-codes.js';
import { truncateStyles } from './truncate-styles.js';
import { truncated } from './truncated.js';
import { withPrior } from './with-prior.js';

const same = { init: () => ({}), apply: (_params: object, x: Tensor) => x.clone() };
const summed = { init: () => ({}), apply: (_params: object, { x, context }: Conditioned) => add(x, context) };
/** Its examples are its codes. */
const plain = gan({ generator: same, critic: same, prior: standardNormal(2) });
const conditional = conditionalGan({ generator: summed, critic: summed, prior: standardNormal(2) });
const NONE = { generator: {}, critic: {} };

modelLaws('a truncated GAN', () => ({ model: truncated(plain, 0.7), context: () => undefined }));

describe('truncated', () => {
  test('known answers: codes within the threshold, of the variance of a truncated normal distribution', () => {
    scope(() => {
      for (const [threshold, variance] of [
        [0.5, 0.08059], // 1 − 2 t φ(t) / (2 Φ(t) − 1)
        [1, 0.29113],
        [2, 0.77374],
      ] as const) {
        const x = truncated(plain, threshold).given(NONE).sample(key(0), [4000]);
        expect(x.shape).toEqual([4000, 2]);
        expect(max(abs(x)).dataSync()[0]).toBeLessThan(threshold);
        const values = Array.from(x.dataSync());
        const found = values.reduce((total, v) => total + v * v, 0) / values.length;
        expect(Math.abs(found / variance - 1)).toBeLessThan(0.05);
      }
    });
  });

  test('known answers: its log density, and none outside', () => {
    scope(() => {
      const prior = truncated(plain, 1.5).prior();
      expect([prior.batchShape, prior.eventShape]).toEqual([[], [2]]);
      const z = tensor2d([
        [0, 0],
        [1.2, -0.3],
        [1.6, 0],
      ]);
      // python: 2 * (-0.5 * log(2 * pi) - log(erf(1.5 / sqrt(2)))), less (1.2² + 0.3²) / 2
      expectClose(prior.logProb(z), [-1.5510267, -2.3160267, Number.NEGATIVE_INFINITY], { absolute: 1e-5 });
    });
  });

  test('known answers: a conditional model keeps its context; a wide threshold changes nothing but the draws', () => {
    scope(() => {
      const context = tensor2d([
        [0, 0],
        [100, 100],
      ]);
      const x = truncated(conditional, 0.1).given(NONE, context).sample(key(0), [3]);
      expect(x.shape).toEqual([3, 2, 2]);
      expectClose(
        x,
        [0, 1, 2].flatMap(() => [0, 0, 100, 100]),
        { absolute: 0.1, relative: 0 },
      );
      const z = tensor2d([[0.3, -2]]);
      expectClose(truncated(plain, 8).prior().logProb(z), plain.prior().logProb(z));
      expect(truncated(plain, 1).generate).toBe(plain.generate);
    });
  });
});

test('known answers: withPrior draws codes elsewhere', () => {
  const far = withPrior(plain, { init: () => ({}), given: () => independent(normal(fill([2], 50), ones([2])), 1) });
  scope(() => {
    expectClose(far.given(NONE).sample(key(0), [5]), new Float32Array(10).fill(50), { absolute: 6 });
    expect(far.prior().eventShape).toEqual([2]);
  });
});

test('known answers: truncateStyles goes a share of the way from the mean', () => {
  scope(() => {
    const [styles, average] = [
      tensor2d([
        [1, 2],
        [5, -4],
      ]),
      tensor([1, 0]),
    ];
    expectClose(truncateStyles(styles, average, 0.5), [1, 1, 3, -2]);
    expectClose(truncateStyles(styles, average, 0), [1, 0, 1, 0]);
    expectClose(truncateStyles(styles, average), [1, 1.4, 3.8, -2.8]);
    expect(() => truncateStyles(styles, tensor([1, 2, 3]))).toThrow('truncateStyles: the mean has shape [3]');
    expect(() => truncateStyles(styles, average, Number.NaN)).toThrow(GenaiError);
  });
});

describe('interpolateCodes', () => {
  test('known answers: lines and arcs between codes', () => {
    scope(() => {
      const from = tensor2d([
        [1, 0],
        [2, 0],
        [1, 1],
      ]);
      const to = tensor2d([
        [0, 1],
        [0, 2],
        [3, 3],
      ]);
      const straight = interpolateCodes(plain, NONE, from, to, { steps: 3 });
      expect(straight.shape).toEqual([3, 3, 2]);
      expectClose(straight, [1, 0, 2, 0, 1, 1, 0.5, 0.5, 1, 1, 2, 2, 0, 1, 0, 2, 3, 3]);
      const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
      const curved = interpolateCodes(plain, NONE, from, to, { steps: 4, spherical: true });
      expectClose(slice(curved, [1], [1]), [c, s, 2 * c, 2 * s, 5 / 3, 5 / 3]);
    });
  });

  test('known answers: a conditional model keeps its context, codes may have more axes, nothing is left over', () => {
    using world = owned({ a: zeros([2, 2]), b: ones([2, 2]), context: tensor([1, 2, 30, 40], [2, 2]) });
    const before = memory().numTensors;
    using walk = owned({
      x: interpolateCodes(conditional, NONE, world.a, world.b, { steps: 2, context: world.context }),
    });
    expect(memory().numTensors - before).toBe(1);
    expectClose(walk.x, [1, 2, 30, 40, 2, 3, 31, 41]);
    scope(() => {
      const maps = interpolateCodes(plain, NONE, ones([3, 2, 2, 1]), zeros([3, 2, 2, 1]), { spherical: true });
      expect(maps.shape).toEqual([8, 3, 2, 2, 1]);
    });
  });
});

test('errors', () => {
  expect(() => truncated(plain, 0)).toThrow(GenaiError);
  expect(() => truncated(plain, Number.NaN)).toThrow(
    'truncated: the threshold must be a finite number above 0, got NaN',
  );
  scope(() => {
    expect(() => interpolateCodes(plain, NONE, zeros([1, 2]), zeros([2, 2]))).toThrow('from has shape [1,2], to has');
    expect(() => interpolateCodes(plain, NONE, zeros([1, 2]), zeros([1, 2]), { steps: 1 })).toThrow('steps must be');
    expect(() =>
      truncated(plain, 1)
        .prior()
        .logProb(zeros([3])),
    ).toThrow('truncated: the prior: got shape [3]');
  });
});
