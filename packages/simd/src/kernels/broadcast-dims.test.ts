import { expect, test } from 'vitest';
import { broadcastDims } from './broadcast-dims.js';

test.for([
  { a: [], b: [], dims: [[1, 1, 1]] },
  { a: [1, 1], b: [1], dims: [[1, 1, 1]] },
  { a: [4, 5], b: [4, 5], dims: [[20, 1, 1]] },
  { a: [4, 5], b: [], dims: [[20, 1, 0]] },
  { a: [1], b: [4, 5], dims: [[20, 0, 1]] },
  {
    a: [2, 3, 4],
    b: [4],
    dims: [
      [6, 4, 0],
      [4, 1, 1],
    ],
  },
  {
    a: [2, 3, 4],
    b: [2, 1, 1],
    dims: [
      [2, 12, 1],
      [12, 1, 0],
    ],
  },
  {
    a: [3, 1],
    b: [1, 4],
    dims: [
      [3, 1, 0],
      [4, 0, 1],
    ],
  },
  {
    a: [2, 3, 1, 5],
    b: [2, 1, 4, 1],
    dims: [
      [2, 15, 4],
      [3, 5, 0],
      [4, 0, 1],
      [5, 1, 0],
    ],
  },
] as const)('known answers: $a and $b combine in $dims', ({ a, b, dims }) => {
  expect(broadcastDims(a, b)).toEqual(dims);
});
