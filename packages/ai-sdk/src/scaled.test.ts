import { GenaiError } from '@genai/core';
import { expect, test } from 'vitest';
import { scaled } from './scaled.js';

test('known answer: multiplies each entry', () => {
  expect(scaled([1, 2], 3)).toEqual([3, 6]);
});

test('errors: a factor that is not finite', () => {
  expect(() => scaled([1, 2], Number.NaN)).toThrow(GenaiError);
});
