import { key } from '@genai/core';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { checkGradients } from '@genai/testing/check-gradients';
import { expectClose } from '@genai/testing/expect-close';
import { add, mul, type Tensor, tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../../golden/cubic-map.json' with { type: 'json' };
import { scalarMapLaws } from '../../test/scalar-map-laws.js';
import { cubicMap } from './cubic-map.js';

// Values of SciPy's cubic Hermite splines with Steffen's slopes; golden/cubic-map.py makes them.
test.each(golden.cases)('goldens: $bins bins within ±$bound as SciPy', (c) => {
  using made = owned(scope(() => cubicMap(c).forward(tensor(c.x), tensor(c.raw))));
  expectClose(made.y, c.y, { absolute: 1e-5 });
  expectClose(made.logSlope, c.logSlope, { absolute: 3e-5 });
});

scalarMapLaws('cubicMap', () => ({
  map: cubicMap(),
  points: [-5, 5, -4.9999, 4.9999, 5.0001, -30, 30, -1e6],
  ulps: 8,
  range: 5,
}));
scalarMapLaws('cubicMap at its knots', () => ({
  map: cubicMap({ bins: 4, bound: 4 }),
  points: [-4, -2, 0, 2, 4],
  // Equal widths, so that knots stand at −4, −2, 0, 2 and 4.
  fixed: (raw) => mul(raw, tensor1d([0, 0, 0, 0, 1, 1, 1, 1, 1, 1])),
  ulps: 8,
  range: 4,
}));

test('laws: the inverse has right derivatives of first and second order', async () => {
  const map = cubicMap({ bins: 3, bound: 2 });
  const inverse = (y: Tensor, raw: Tensor): Tensor =>
    scope(() => {
      const { x, logSlope } = map.inverse(y, raw);
      return add(x, logSlope);
    });
  using y = owned(tensor1d([-1.2, 0.1, 1.5, 3])); // no nearer to a knot than the differences reach
  using raw = owned(scope(() => mul(normalNoise(key(1), [4, 8]), 0.5)));
  await checkGradients(inverse, [y, raw], { order: 2, valueAndGrad, epsilon: 4e-3, tolerance: 5e-3 });
});

test('known answers: raw parameters of 0 give the identity', () => {
  using made = owned(
    scope(() => cubicMap({ bins: 5, bound: 3 }).forward(tensor1d([-4, -1.7, 0, 2.9]), zeros([4, 12]))),
  );
  expectClose(made.y, [-4, -1.7, 0, 2.9]);
  expectClose(made.logSlope, [0, 0, 0, 0], { absolute: 3e-6 });
});

test('errors: another number of raw parameters', () => {
  const map = cubicMap({ bins: 2 });
  scope(() => {
    expect(() => map.inverse(zeros([3]), zeros([3, 5]))).toThrow('cubicMap(2), the raw parameters: got shape [3, 5]');
    return [];
  });
});
