import { key } from '@genai/core';
import { independent, mixture, normal } from '@genai/distributions';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { distributionLaws } from '@genai/testing/distribution-laws';
import { expectClose } from '@genai/testing/expect-close';
import { add, exp, mul, neg, sum, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { normalMixture } from './normal-mixture.js';

distributionLaws('normalMixture', () => ({
  params: () => ({
    loc: tensor2d([
      [-1.5, 0],
      [1, 1],
      [0.5, -1],
    ]),
    scale: tensor2d([
      [0.6, 0.9],
      [0.8, 0.5],
      [1, 0.7],
    ]),
    logits: tensor1d([0.5, -0.5, 0]),
  }),
  given: ({ loc, scale, logits }) => normalMixture(loc, scale, logits),
  support: { from: -7, to: 7 },
  reparameterised: ['loc', 'scale'],
  valueAndGrad,
}));

describe('parity with the generic mixture', () => {
  const [mixtures, features, batch] = [50, 40, 20];
  type Parts = { loc: Tensor; scale: Tensor; logits: Tensor; z: Tensor };
  /** As a trained encoder gives them: far from 0, scales from 0.05 to 1, z near some component. */
  const parts = (): Parts => {
    const loc = add(mul(normalNoise(key(1), [mixtures, features]), 1), 5);
    const scale = exp(neg(mul(normalNoise(key(2), [mixtures, features]), 0.7)));
    const logits = normalNoise(key(3), [mixtures]);
    const z = mixture(zeros([mixtures]), independent(normal(loc, scale), 1)).sample(key(4), [batch]);
    return { loc, scale, logits, z };
  };

  test('log-probabilities and gradients at z, loc, scale and logits', () => {
    using p = owned(scope(parts));
    const by = (of: typeof normalMixture) =>
      scope(() =>
        valueAndGrad(({ loc, scale, logits, z }: Parts) => {
          const each = of(loc, scale, logits).logProb(z);
          return { loss: sum(each), each };
        }, p as Parts),
      );
    using fast = owned(by(normalMixture));
    using slow = owned(
      by(((loc: Tensor, scale: Tensor, logits: Tensor) =>
        mixture(logits, independent(normal(loc, scale), 1))) as never),
    );
    expect(fast.values.each.shape).toEqual([batch]);
    expectClose(fast.values.each, slow.values.each, { relative: 1e-4 });
    for (const name of ['z', 'loc', 'scale', 'logits'] as const) {
      const size = Math.max(...Array.from(slow.grad[name].dataSync(), Math.abs));
      expect(size).toBeGreaterThan(0.1);
      expectClose(fast.grad[name], slow.grad[name], { absolute: 1e-4 * size, relative: 1e-3 });
    }
  });

  test('leading axes, and one component', () => {
    scope(() => {
      const [loc, scale] = [tensor2d([[0.5, -1]]), tensor2d([[0.7, 2]])];
      const z = normalNoise(key(5), [3, 4, 2]);
      const got = normalMixture(loc, scale).logProb(z);
      expect(got.shape).toEqual([3, 4]);
      expectClose(got, independent(normal(loc, scale), 1).logProb(z).dataSync());
    });
  });
});

test('errors: shapes that do not fit', () => {
  scope(() => {
    const [a, b] = [zeros([3, 2]), zeros([2, 2])];
    expect(() => normalMixture(zeros([3]), zeros([3]))).toThrow(/normalMixture: loc: got shape \[3\]/);
    expect(() => normalMixture(a, b)).toThrow(/normalMixture: scale: got shape \[2, 2\], expected \[3, 2\]/);
    expect(() => normalMixture(a, a, zeros([2]))).toThrow(/normalMixture: logits/);
    expect(() => normalMixture(a, a).logProb(zeros([4, 3]))).toThrow(/normalMixture.logProb: got shape \[4, 3\]/);
  });
});
