import { owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { tensor, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { scalarMapLaws } from '../../test/scalar-map-laws.js';
import { affineMap } from './affine-map.js';
import { composedMap } from './composed-map.js';
import { monotonicNetMap } from './monotonic-net-map.js';
import { rationalQuadraticMap } from './rational-quadratic-map.js';
import { shiftMap } from './shift-map.js';

scalarMapLaws('an affine map, then a spline', () => ({
  map: composedMap(affineMap(), rationalQuadraticMap({ bins: 4 })),
  points: [0, -5, 5, 30],
  ordinary: 0.3,
  ulps: 8,
  range: 5,
}));

test('known answers: the first map acts first, and takes the first raw parameters', () => {
  // Twice x (as softClip makes of log 2), then 3 more; the other way round it is twice x + 3.
  const two = Math.log(2) / (1 - Math.log(2) / Math.log(1000));
  using made = owned(
    scope(() => ({
      first: composedMap(affineMap(), shiftMap()).forward(tensor1d([5]), tensor([[0, two, 3]])),
      last: composedMap(shiftMap(), affineMap()).forward(tensor1d([5]), tensor([[3, 0, two]])),
      back: composedMap(shiftMap(), affineMap()).inverse(tensor1d([16]), tensor([[3, 0, two]])),
      alone: composedMap(shiftMap()).forward(tensor1d([5]), tensor([[3]])),
    })),
  );
  expectClose(made.first.y, [13]);
  expectClose(made.last.y, [16]);
  expectClose(made.last.logSlope, [Math.log(2)]);
  expectClose(made.back.x, [5]);
  expectClose(made.back.logSlope, [-Math.log(2)]);
  expectClose(made.alone.y, [8]);
});

test('known answers: its tolerance is the widest of its maps, and it has none where they have none', () => {
  expect(composedMap(affineMap(), monotonicNetMap()).tolerance).toBe(monotonicNetMap().tolerance);
  expect(composedMap(affineMap(), shiftMap())).not.toHaveProperty('tolerance');
});

test('errors: no map, another number of raw parameters', () => {
  expect(() => composedMap()).toThrow('composedMap: needs at least one map, got none.');
  scope(() => {
    const map = composedMap(affineMap(), shiftMap());
    expect(() => map.forward(tensor1d([5]), tensor([[3, 1]]))).toThrow('got shape [1, 2], expected [1, 3]');
    return [];
  });
});
