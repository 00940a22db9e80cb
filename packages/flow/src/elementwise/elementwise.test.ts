import { GenaiError, key, type NoParams } from '@genai/core';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { bijectorLaws } from '@genai/testing/bijector-laws';
import { checkGradients } from '@genai/testing/check-gradients';
import { expectClose } from '@genai/testing/expect-close';
import { add, sum, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Bijector } from '../bijector.js';
import { expTransform, logTransform } from './log-transform.js';
import { logitTransform, sigmoidTransform } from './logit-transform.js';
import { inverseSoftplusTransform, softplusTransform } from './softplus-transform.js';
import { artanhTransform, tanhTransform } from './tanh-transform.js';

const lines =
  (...rows: number[][]) =>
  (): Tensor =>
    tensor(rows);
/** Maps without parameters, where they are defined and float32 holds both sides: no random settings, but tails. */
const cases: Record<string, [map: Bijector<NoParams>, x: () => Tensor]> = {
  log: [logTransform(), lines([1e-30, 1e-4], [0.3, 1], [7, 1e20])],
  exp: [expTransform(), lines([-80, -5], [-0.1, 0], [3, 80])],
  logit: [logitTransform(), lines([1e-30, 1e-4], [0.3, 0.5], [0.9, 1 - 2 ** -20])],
  'logit away from the ends': [logitTransform({ alpha: 0.05 }), lines([0, 1e-4], [0.3, 0.5], [0.9, 1])],
  sigmoid: [sigmoidTransform(), lines([-80, -5], [-0.1, 0], [1, 4])],
  softplus: [softplusTransform(), lines([-80, -5], [-0.1, 0], [3, 1e5])],
  'inverse softplus': [inverseSoftplusTransform(), lines([1e-30, 1e-4], [0.3, 1], [20, 1e5])],
  tanh: [tanhTransform(), lines([-2, -0.3], [1e-8, 0], [0.5, 2])],
  artanh: [artanhTransform(), lines([-0.9999, -0.3], [1e-8, 0], [0.5, 0.999999])],
};

for (const [name, [map, x]] of Object.entries(cases)) {
  bijectorLaws(name, () => ({ map, x, settings: 1 }));
}

describe('known answers', () => {
  test('values and log-slopes, in the tails too', () =>
    scope(() => {
      const at = (map: Bijector<NoParams>, x: number): number[] => {
        const { y, logDet } = map.forward({}, tensor([[x]]));
        return [...y.dataSync(), ...logDet.dataSync()];
      };
      expectClose(at(logTransform(), Math.E), [1, -1]);
      expectClose(at(expTransform(), -3), [Math.exp(-3), -3]);
      expectClose(at(logitTransform(), 0.2), [Math.log(0.25), -Math.log(0.16)]);
      expectClose(at(logitTransform({ alpha: 0.05 }), 1), [Math.log(19), Math.log(0.9) - Math.log(0.05 * 0.95)]);
      expectClose(at(sigmoidTransform(), -40), [Math.exp(-40), -40], { absolute: 0 });
      expectClose(at(softplusTransform(), -40), [Math.exp(-40), -40], { absolute: 0 });
      expectClose(at(softplusTransform(), 300), [300, 0]);
      expectClose(at(inverseSoftplusTransform(), 1e-6), [Math.log(Math.expm1(1e-6)), -Math.log(-Math.expm1(-1e-6))]);
      expectClose(at(tanhTransform(), 20), [1, 2 * Math.LN2 - 40]);
      expectClose(at(artanhTransform(), 1e-6), [1e-6, 1e-12], { absolute: 1e-11 });
      return [];
    }));

  test('what lies outside gives the value of the closest number inside, finite, and no gradient that is not', () =>
    scope(() => {
      const wrong = tensor([[-1e6, -1, 0, 1, 2, 1e6]]);
      for (const [name, [map]] of Object.entries(cases)) {
        for (const way of ['forward', 'inverse'] as const) {
          const all = (x: Tensor): { value: Tensor; logDet: Tensor } => {
            const made = way === 'forward' ? map.forward({}, x) : map.inverse({}, x);
            return { value: 'y' in made ? made.y : made.x, logDet: made.logDet };
          };
          const { value, logDet } = all(wrong);
          const { grad } = valueAndGrad((x: Tensor) => {
            const { value, logDet } = all(x);
            return { loss: add(sum(value), sum(logDet)) };
          }, wrong);
          const numbers = [value, logDet, grad].flatMap((t) => [...t.dataSync()]);
          expect(numbers.every(Number.isFinite), `${name}, ${way}`).toBe(true);
        }
      }
      return [];
    }));

  test.each(Object.entries(cases))('first and second derivatives of %s', async (_name, [map]) => {
    using x = owned({ at: tensor([[0.2, 0.35, 0.6, 0.8]]) });
    await checkGradients((x) => map.forward({}, x!).y, [x.at], { order: 2, valueAndGrad });
    await checkGradients((x) => map.forward({}, x!).logDet, [x.at], { order: 2, valueAndGrad });
    await checkGradients((x) => map.inverse({}, x!).x, [x.at], { order: 2, valueAndGrad });
  });

  test('the loss of digits in the tails is what the docstrings say', () =>
    scope(() => {
      for (const y of [4, 6, 8, 10]) {
        const at = tensor([[y]]);
        const rest = 1 / (1 + Math.exp(y)); // 1 − x
        const [logit] = logitTransform().forward({}, logitTransform().inverse({}, at).x).y.dataSync();
        expect(Math.abs(logit! - y)).toBeLessThan(2 ** -24 / rest + 2e-6);
        const [artanh] = artanhTransform().forward({}, tanhTransform().forward({}, at).y).y.dataSync();
        if (y <= 8) expect(Math.abs(artanh! - y)).toBeLessThan(2 ** -25 / (1 - Math.tanh(y)) + 2e-6);
      }
      return [];
    }));
});

test('places: log-determinants add up over all axes of an event', () =>
  scope(() => {
    const x = normalNoise(key(1), [2, 2, 3, 1]);
    const { logDet } = expTransform().forward({}, x);
    expectClose(logDet, sum(x, [1, 2, 3]));
    return [];
  }));

test('errors: an alpha out of range', () => {
  expect(() => logitTransform({ alpha: 0.5 })).toThrow(GenaiError);
  expect(() => logitTransform({ alpha: -0.1 })).toThrow(/at least 0 and below 0.5, got -0.1/);
});
