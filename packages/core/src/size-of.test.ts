import { expect, test } from 'vitest';
import { sizeOf } from './index.js';

test.each([
  [[], 1],
  [[7], 7],
  [[2, 3, 4], 24],
  [[5, 0, 3], 0],
])('known answers: %j holds %i elements', (shape, size) => {
  expect(sizeOf(shape)).toBe(size);
});
