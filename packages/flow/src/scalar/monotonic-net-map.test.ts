import { key } from '@genai/core';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { checkGradients } from '@genai/testing/check-gradients';
import { expectClose } from '@genai/testing/expect-close';
import { add, mul, square, sum, type Tensor, tensor, tensor1d, tile } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../../golden/monotonic-net-map.json' with { type: 'json' };
import { scalarMapLaws } from '../../test/scalar-map-laws.js';
import { monotonicNetMap } from './monotonic-net-map.js';

// Values of eq. 8 in float64; golden/monotonic-net-map.py makes them.
test.each(golden.cases)('goldens: width $width, layers $layers as PyTorch, in value, log-slope and gradient', (c) => {
  const map = monotonicNetMap(c);
  const loss = ({ x, raw }: { x: Tensor; raw: Tensor }) => {
    const { y, logSlope } = map.forward(x, raw);
    return { loss: sum(add(mul(square(y), 0.5), logSlope)) };
  };
  using made = owned(
    scope(() => {
      const [x, raw] = [tensor(c.x), tensor(c.raw)];
      return { ...map.forward(x, raw), back: map.inverse(tensor(c.y), raw).x, ...valueAndGrad(loss, { x, raw }) };
    }),
  );
  expectClose(made.y, c.y, { absolute: 1e-5 });
  expectClose(made.back, c.x, { absolute: 1e-5 });
  expectClose(made.logSlope, c.logSlope, { absolute: 1e-5 });
  expectClose(made.grad.raw, c.gradRaw, { absolute: 1e-5 * Math.max(...c.gradRaw.flat().map(Math.abs)) });
  expectClose(made.grad.x, c.gradX, { absolute: 1e-5 * Math.max(...c.gradX.map(Math.abs)) });
});

scalarMapLaws('monotonicNetMap', () => ({
  map: monotonicNetMap({ width: 4 }),
  points: [0, -1, 20, -30, 1e3, 1e6, -1e6],
  ulps: 8,
  range: 5,
}));
scalarMapLaws('monotonicNetMap of two layers', () => ({
  map: monotonicNetMap({ width: 3, layers: 2 }),
  settings: 200,
  points: [0, -1, 20, -30, 1e3, 1e6, -1e6],
  ulps: 8,
  range: 5,
}));

test('laws: the inverse has right derivatives of first and second order', async () => {
  const map = monotonicNetMap({ width: 3 });
  const inverse = (y: Tensor, raw: Tensor): Tensor =>
    scope(() => {
      const { x, logSlope } = map.inverse(y, raw);
      return add(x, logSlope);
    });
  using y = owned(tensor1d([-1.2, 0.1, 1.5, 3]));
  using raw = owned(scope(() => mul(normalNoise(key(1), [4, 9]), 0.5)));
  await checkGradients(inverse, [y, raw], { order: 2, valueAndGrad, tolerance: 5e-3 });
});

test('known answers: one unit is a straight line; far out a line remains', () => {
  scope(() => {
    // a = e^(log 2), as clipped: raw / (1 + |raw| / log 1000) = log 2.
    const two = Math.log(2) / (1 - Math.log(2) / Math.log(1000));
    const line = monotonicNetMap({ width: 1 }).forward(tensor1d([-3, 0.5, 1e6]), tile(tensor([[two, 1, 5]]), [3, 1]));
    expectClose(line.y, [-5, 2, 2e6 + 1]);
    expectClose(line.logSlope, [Math.log(2), Math.log(2), Math.log(2)]);
    // Of slopes 1 and 2 the flatter is left far out.
    const bent = monotonicNetMap({ width: 2 }).forward(
      tensor1d([-1e6, 1e6]),
      tile(tensor([[0, two, 0, 0, 0, 0]]), [2, 1]),
    );
    expectClose(bent.logSlope, [0, 0]);
    return [];
  });
});

test('errors: sizes that are none, another number of raw parameters', () => {
  expect(() => monotonicNetMap({ width: 0 })).toThrow('monotonicNetMap(0, 1): width must be an integer of at least 1');
  expect(() => monotonicNetMap({ leastSlope: 0 })).toThrow('leastSlope must be a number between 0 and 1, got 0.');
  scope(() => {
    const map = monotonicNetMap({ width: 2, layers: 2 });
    expect(() => map.forward(tensor1d([0]), tensor([[0, 0]]))).toThrow('the raw parameters: got shape [1, 2]');
    return [];
  });
});
