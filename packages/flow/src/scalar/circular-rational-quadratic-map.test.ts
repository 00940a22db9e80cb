import { key } from '@genai/core';
import { normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import {
  add,
  concat,
  exp,
  linspace,
  mean,
  split,
  type Tensor,
  tensor,
  tensor1d,
  tile,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../../golden/rational-quadratic-map.json' with { type: 'json' };
import { scalarMapLaws } from '../../test/scalar-map-laws.js';
import { circularRationalQuadraticMap } from './circular-rational-quadratic-map.js';

scalarMapLaws('circularRationalQuadraticMap', () => ({
  map: circularRationalQuadraticMap(),
  points: [-Math.PI, Math.PI, -3.14, 3.14, 0, 10, -20],
  circle: 2 * Math.PI,
  ulps: 6,
  range: Math.PI,
}));

test('goldens: with no turn and slopes of 1 at the ends it is the spline of zuko, which turns by half before', () => {
  const { x, raw, y, logSlope } = golden.circular;
  const map = circularRationalQuadraticMap({ bins: 5 });
  using made = owned(
    scope(() => {
      const given = tensor(raw); // widths (5), heights (5), slopes (4)
      const none = zeros([raw.length, 1]);
      const [sizes, bends] = split(given, [10, 4], 1) as [Tensor, Tensor];
      return map.forward(add(tensor(x), Math.PI), concat([sizes, none, bends, none], 1));
    }),
  );
  expectClose(made.y, y, { absolute: 1e-5 });
  expectClose(made.logSlope, logSlope, { absolute: 2e-5 });
});

test('known answers: it closes smoothly, covers the circle once, and turns', () => {
  const map = circularRationalQuadraticMap({ bins: 4, bound: 2 });
  scope(() => {
    const raw = normalNoise(key(1), [1, 13]);
    const at = (x: Tensor) => map.forward(x, tile(raw, [x.size, 1]));
    // Both sides of the seam, and one whole circle on.
    const seam = at(tensor1d([-2, 2 - 1e-6, 1.5, 5.5]));
    const [a, b, c, d] = seam.logSlope.dataSync();
    expectClose(a!, b!, { absolute: 1e-3 });
    expectClose(c!, d!, { absolute: 1e-4 });
    // The mean slope over the circle is 1.
    const grid = linspace(-2 + 1e-3, 2 - 1e-3, 2000);
    expectClose(mean(exp(at(grid).logSlope)), 1, { absolute: 1e-4 });
    // All but the turn at 0: the identity and a turn, by which 1.5 passes the seam.
    const turned = map.forward(tensor1d([-1.9, 0, 1.5]), tile(tensor([[...new Array(12).fill(0), 0.7]]), [3, 1]));
    expectClose(turned.y, [-1.2, 0.7, -1.8]);
    expectClose(turned.logSlope, [0, 0, 0]);
    return [];
  });
  expect(map.parameters).toBe(13);
});
