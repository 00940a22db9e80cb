import { GenaiError, key } from '@genai/core';
import { dense } from '@genai/nn';
import { normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { bijectorLaws } from '@genai/testing/bijector-laws';
import { expectClose } from '@genai/testing/expect-close';
import { add, mul, ones, square, sum, type Tensor, tanh, tensor, transpose } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../golden/autoregressive.json' with { type: 'json' };
import { autoregressive } from './autoregressive.js';
import { affineMap } from './scalar/affine-map.js';
import { rationalQuadraticMap } from './scalar/rational-quadratic-map.js';

const affine = affineMap({ logScale: tanh });
const net = { hidden: [6], activation: tanh };

bijectorLaws('autoregressive', () => ({
  map: autoregressive({ features: 3, map: affine, ...net }),
  x: () => normalNoise(key(1), [4, 3]),
}));
bijectorLaws('autoregressive in a context, features of any order', () => ({
  map: autoregressive({ features: 3, context: 2, order: [1, 2, 0], map: affine, ...net }),
  x: () => normalNoise(key(1), [4, 3]),
  context: () => normalNoise(key(2), [4, 2]),
  settings: 300,
}));
bijectorLaws('autoregressive in groups, at places', () => ({
  map: autoregressive({ features: 4, context: 1, passes: 2, map: affine, ...net }),
  x: () => normalNoise(key(1), [2, 2, 1, 4]),
  context: () => normalNoise(key(2), [2, 1]),
  settings: 300,
}));

describe('goldens of zuko, weights copied', () => {
  test.each(Object.entries(golden))('%s', (name, g) => {
    scope(() => {
      const map = autoregressive({
        features: g.x[0]!.length,
        context: g.context?.[0]?.length ?? 0,
        ...(g.passes && { passes: g.passes }),
        ...(g.order && { order: g.order }),
        map: name.startsWith('affine') ? affineMap() : rationalQuadraticMap({ bins: 4 }),
        hidden: [8, 8],
        activation: tanh,
      });
      const params = g.net.map(({ weight, bias }) => ({ weight: transpose(tensor(weight)), bias: tensor(bias) }));
      const x = tensor(g.x);
      const context = g.context ? tensor(g.context) : undefined;
      const { y, logDet } = map.forward(params, x, context);
      expectClose(y, g.y, { absolute: 1e-5 });
      expectClose(logDet, g.logDet, { absolute: 1e-5 });
      const back = map.inverse(params, y, context);
      expectClose(back.x, g.x, { absolute: 3e-5 });
      expectClose(sum(add(back.logDet, logDet)), [0], { absolute: 3e-5 });
      const { grad } = valueAndGrad((p) => {
        const { y, logDet } = map.forward(p, x, context);
        return { loss: add(sum(square(y)), sum(logDet)) };
      }, params);
      expectClose(transpose(grad[0]!.weight), g.gradient, { absolute: 1e-4, relative: 1e-4 });
    });
  });
});

test('known answers: the gradient of the inverse is the inverse of that there; features see those before them only', () =>
  scope(() => {
    const map = autoregressive({ features: 3, order: [2, 0, 1], map: affine, ...net });
    const params = map.init(key(3));
    const x = normalNoise(key(4), [1, 3]);
    const { y } = map.forward(params, x);
    const rows = (f: (x: Tensor) => Tensor, x: Tensor): number[][] =>
      [0, 1, 2].map((i) => {
        const pick = tensor([0, 1, 2].map((j) => (i === j ? 1 : 0)));
        return [...valueAndGrad((x: Tensor) => ({ loss: sum(mul(f(x), pick)) }), x).grad.dataSync()];
      });
    const there = rows((x) => map.forward(params, x).y, x);
    const back = rows((y) => map.inverse(params, y).x, y);
    const product = there.map((row) => [0, 1, 2].map((j) => row.reduce((total, a, k) => total + a * back[k]![j]!, 0)));
    expectClose(product, [1, 0, 0, 0, 1, 0, 0, 0, 1], { absolute: 1e-5 });
    // Feature 1 is made first, then 2, then 0.
    expect([there[1]![0], there[1]![2], there[2]![0]]).toEqual([0, 0, 0]);
    return [];
  }));

test('known answers: what a net would make of features not known yet cannot spoil those that are', () =>
  scope(() => {
    // Log-scales are ±10 (x − 1) of the feature before: 0 at ones, e^(2·10⁵) two passes after a wrong guess.
    const map = autoregressive({ features: 6, map: affineMap({ logScale: (raw) => raw }), hidden: [] });
    const weight = new Float32Array(6 * 12);
    const bias = new Float32Array(12);
    for (let i = 1; i < 6; i++) {
      const steep = i % 2 === 0 ? 10 : -10;
      weight[(i - 1) * 12 + 2 * i + 1] = steep;
      bias[2 * i + 1] = -steep;
    }
    const params = [{ weight: tensor(weight, [6, 12]), bias: tensor(bias) }];
    const { x, logDet } = map.inverse(params, ones([1, 6]));
    expectClose(x, [1, 1, 1, 1, 1, 1]);
    expectClose(logDet, [0]);
    return [];
  }));

test('known answers: two passes are a coupling: the first half moves by itself, the second as that says', () =>
  scope(() => {
    const map = autoregressive({ features: 4, passes: 2, map: affine, ...net });
    const params = map.init(key(3));
    const of = (a: number, b: number): ArrayLike<number> =>
      map.forward(params, tensor([[0.1, 0.2, a, b]])).y.dataSync();
    const [one, other] = [of(0.3, 0.4), of(-3, 5)];
    expect([other[0], other[1]]).toEqual([one[0], one[1]]);
    return [];
  }));

test('errors: an order that is none, passes and hidden sizes out of range, other features, a missing context', () => {
  expect(() => autoregressive({ features: 3, order: [0, 0, 1], map: affine })).toThrow(GenaiError);
  expect(() => autoregressive({ features: 3, order: [1, 0], map: affine })).toThrow(
    /the order: got shape \[2\], expected \[3\]/,
  );
  expect(() => autoregressive({ features: 3, passes: 0, map: affine })).toThrow(
    /passes must be an integer of at least 1/,
  );
  expect(() => autoregressive({ features: 3, passes: 1, map: affine })).toThrow(GenaiError);
  const map = autoregressive({ features: 3, context: 2, map: affine });
  expect(() => scope(() => map.forward(map.init(key(0)), normalNoise(key(1), [2, 2])))).toThrow(/expected \[…, 3\]/);
  expect(() => scope(() => map.inverse(map.init(key(0)), normalNoise(key(1), [2, 3])))).toThrow(/conditionalFlow/);
  const narrow = autoregressive({ features: 3, map: affine, net: () => dense(3, 5) });
  expect(() => scope(() => narrow.forward(narrow.init(key(0)), normalNoise(key(1), [2, 3])))).toThrow(
    /the net: got shape \[2, 5\], expected \[2, 6\]/,
  );
});
