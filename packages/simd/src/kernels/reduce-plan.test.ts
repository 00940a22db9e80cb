import { expect, test } from 'vitest';
import { reducePlan } from './reduce-plan.js';

test.for([
  { shape: [4, 5], axes: [1], plan: [{ outer: 4, reduced: 5, inner: 1 }] },
  { shape: [4, 5], axes: [0], plan: [{ outer: 1, reduced: 4, inner: 5 }] },
  { shape: [2, 3, 4], axes: [0, 1, 2], plan: [{ outer: 1, reduced: 24, inner: 1 }] },
  { shape: [2, 3, 4, 5], axes: [1, 2], plan: [{ outer: 2, reduced: 12, inner: 5 }] },
  { shape: [2, 1, 4], axes: [0, 2], plan: [{ outer: 1, reduced: 8, inner: 1 }] },
  { shape: [3, 1], axes: [1], plan: [] },
  { shape: [], axes: [], plan: [] },
] as const)('known answers: axes $axes of $shape are one launch', ({ shape, axes, plan }) => {
  expect(reducePlan(shape, axes)).toEqual(plan);
});

test('known answers: axes apart are reduced from the last to the first', () => {
  expect(reducePlan([2, 3, 4, 5, 6], [0, 2, 4])).toEqual([
    { outer: 120, reduced: 6, inner: 1 },
    { outer: 6, reduced: 4, inner: 5 },
    { outer: 1, reduced: 2, inner: 15 },
  ]);
});
