import { fold, GenaiError, key, randomNormal } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { bijectorLaws } from '@genai/testing/bijector-laws';
import { checkGradients } from '@genai/testing/check-gradients';
import { expectClose } from '@genai/testing/expect-close';
import { add, concat, exp, mul, ones, reshape, sub, sum, type Tensor, tanh, tensor, tile } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../../golden/classic.json' with { type: 'json' };
import { conditionalFlow } from '../conditional-flow.js';
import { invert } from '../invert.js';
import { amortized } from './amortized.js';
import { planar } from './planar.js';
import { radial } from './radial.js';
import { solveTanh, tanhSlope } from './solve-tanh.js';
import { sylvester } from './sylvester.js';

/** Points near and far. */
const points = (features: number) => (): Tensor =>
  scope(() => concat([normalNoise(key(1), [4, features]), mul(normalNoise(key(2), [2, features]), 100)], 0));

// As far as float32 goes: see the bound that is tested below.
bijectorLaws('planar', () => ({ map: planar(3), x: points(3), accuracy: 2e-4 }));
bijectorLaws('planar, inverted', () => ({ map: invert(planar(2)), x: points(2), settings: 100 }));
bijectorLaws('radial', () => ({ map: radial(3), x: points(3) }));
bijectorLaws('sylvester', () => ({ map: sylvester(4, { columns: 2 }), x: points(4) }));
bijectorLaws('sylvester with triangles only', () => ({
  map: sylvester(3, { reflections: 0 }),
  x: points(3),
  settings: 100,
}));

const net = (outputs: number) => mlp([2, 4, outputs], { activation: tanh });
for (const [name, map] of [
  ['planar', planar(2)],
  ['radial', radial(2)],
  ['sylvester', sylvester(2)],
] as const) {
  bijectorLaws(`amortized ${name}`, () => ({
    map: amortized(map as ReturnType<typeof planar>, net),
    x: () => normalNoise(key(1), [3, 2]),
    context: () => normalNoise(key(3), [3, 2]),
    settings: 20,
    spread: 0.3,
  }));
}

describe('known answers', () => {
  test('the equation is solved from the flattest to the steepest slope, near 0 and far', () =>
    scope(() => {
      for (const slope of [1e-3, 0.01, 0.3, 0.999, 1, 1.001, 3, 100, 1000]) {
        const a = tensor([0, 1e-6, -1e-3, 0.03, -0.1, 0.4, 1, -2, 5, -12, 400, -1e6]);
        const left = (a: Tensor): Tensor => add(a, mul(tanh(a), slope - 1));
        const c = left(a);
        expectClose(left(solveTanh(c, tensor(slope))), c, { absolute: 1e-7, relative: 3e-7 });
        // Rounding of the left side, a few units of 2⁻²⁴ · |a|, comes back divided by the slope there.
        const off = sub(solveTanh(c, tensor(slope)), a).dataSync();
        const steepness = tanhSlope(tanh(a), tensor(slope)).dataSync();
        const allowed = [...a.dataSync()].map(
          (a, i) => (3e-7 * Math.max(1, slope) * Math.abs(a)) / Math.min(1, steepness[i]!),
        );
        expect([...off].map((d, i) => Math.abs(d) <= allowed[i]! + 1e-12)).not.toContain(false);
      }
      return [];
    }));

  test('the first and second derivatives of the solution are those of the implicit function', async () => {
    using inputs = owned({ c: tensor([0.3, -1.2, 2.5, -6]), slope: tensor([0.2, 0.6, 1.5, 4]) });
    await checkGradients((c, slope) => solveTanh(c!, slope!), [inputs.c, inputs.slope], { order: 2, valueAndGrad });
  });

  test('goldens: planar, radial and Sylvester maps of given parameters', () =>
    scope(() => {
      const x = tensor([[0.5, -1, 2]]);
      const a = planar(3).forward({ u: tensor([1, -2, 0.5]), w: tensor([0.3, 0.8, -0.4]), b: tensor(0.2) }, x);
      expectClose(a.y, golden.planar.y);
      expectClose(a.logDet, [golden.planar.logDet]);
      const b = radial(3).forward({ center: tensor([1, 0, -1]), rawAlpha: tensor(-0.5), rawSlope: tensor(0.7) }, x);
      expectClose(b.y, golden.radial.y);
      expectClose(b.logDet, [golden.radial.logDet]);
      const c = sylvester(3, { columns: 2, reflections: 1 }).forward(
        {
          triangles: tensor([9, 0.7, -0.6, 9], [2, 2]),
          outer: tensor([0.5, -1]),
          inner: tensor([-0.3, 0.8]),
          bias: tensor([0.1, -0.2]),
          vectors: tensor([[1, 2, -1]]),
        },
        x,
      );
      expectClose(c.y, golden.sylvester.y);
      expectClose(c.logDet, [golden.sylvester.logDet]);
      return [];
    }));

  test('the inverse of a planar map is as exact as its docstring says at 1,000 settings', () =>
    scope(() => {
      const map = planar(3);
      for (let n = 0; n < 1000; n++) {
        const k = fold(key(5), n);
        const [u, w, x] = [0, 1, 2].map((i) => [...randomNormal(fold(k, i), 3)]) as [number[], number[], number[]];
        const excess = scope(() => {
          const params = { u: tensor(u), w: tensor(w), b: tensor(0.5) };
          const { y } = map.forward(params, tensor([x]));
          const back = map.inverse(params, y).x.dataSync();
          const off = Math.max(...x.map((x, i) => Math.abs(x - back[i]!)));
          const [wu, ww, wx] = [dot(w, u), dot(w, w), dot(w, x)];
          const m = -0.999 + Math.log1p(Math.exp(wu));
          const lifted = u.map((u, i) => u + ((m - wu) * w[i]!) / ww);
          const slope = 1 + m * (1 - Math.tanh(wx + 0.5) ** 2);
          const size = Math.max(...x.map(Math.abs), ...y.dataSync().map(Math.abs));
          return off / (2 ** -22 * size * (1 + (Math.hypot(...lifted) * Math.sqrt(ww)) / Math.min(1, slope)));
        });
        expect(excess).toBeLessThan(1);
      }
      return [];
    }));

  test('the densities of amortised posteriors sum to 1 in every context', () =>
    scope(() => {
      const [from, size, count] = [-9, 0.2, 91];
      const axis = Array.from({ length: count }, (_, i) => from + size * i);
      const grid = tensor(axis.flatMap((a) => axis.map((b) => [a, b]))); // (count², 2)
      const context = tensor([
        [0.5, -1],
        [2, 1],
      ]);
      for (const map of [planar(2), radial(2), sylvester(2)] as ReturnType<typeof planar>[]) {
        const posterior = conditionalFlow({ transforms: [amortized(invert(map), net)], base: standardNormal(2) });
        const made = posterior.given(posterior.init(key(4)), context);
        const logProb = made.logProb(tile(reshape(grid, [-1, 1, 2]), [1, 2, 1])); // (count², 2)
        expectClose(mul(sum(exp(logProb), 0), size * size), [1, 1], { absolute: 2e-3 });
        expect(made.sample(key(1), [3]).shape).toEqual([3, 2, 2]);
      }
      return [];
    }));

  test('a planar map whose w has vanished is a shift, and has a gradient', () =>
    scope(() => {
      const params = { u: tensor([1, 2]), w: tensor([0, 0]), b: tensor(1) };
      const { y, logDet } = planar(2).forward(params, ones([1, 2]));
      expectClose(y, [1 + Math.tanh(1), 1 + 2 * Math.tanh(1)]);
      expectClose(logDet, [0]);
      const { grad } = valueAndGrad((p) => ({ loss: planar(2).forward(p, ones([1, 2])).logDet }), params);
      expect([...grad.u.dataSync(), ...grad.w.dataSync()].every(Number.isFinite)).toBe(true);
      return [];
    }));
});

test('errors: sizes out of range, points of other features, no context, a net of another size', () => {
  expect(() => planar(0)).toThrow(GenaiError);
  expect(() => sylvester(2, { columns: 3 })).toThrow(/columns must be at most features, 2, got 3/);
  using x = owned({ three: ones([2, 3]) });
  for (const map of [planar(2), radial(2), sylvester(2)]) {
    expect(() => scope(() => map.forward(map.init(key(0)) as never, x.three))).toThrow(/expected \[batch, 2\]/);
  }
  const map = amortized(planar(3), net);
  expect(() => scope(() => map.forward(map.init(key(0)), x.three))).toThrow(/amortized\(7\): it needs a context/);
  const wrong = amortized(planar(3), () => mlp([3, 5]));
  expect(() => scope(() => wrong.forward(wrong.init(key(0)), x.three, x.three))).toThrow(/expected \[2, 7\]/);
});

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, x, i) => total + x * b[i]!, 0);
}
