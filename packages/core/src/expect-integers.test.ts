import { expect, test } from 'vitest';
import { expectIntegers, GenaiError } from './index.js';

test('laws: integers from the least upwards pass', () => {
  expect(() => expectIntegers('here', { a: 1, b: Number.MAX_SAFE_INTEGER })).not.toThrow();
  expect(() => expectIntegers('here', { a: 0 }, 0)).not.toThrow();
  expect(() => expectIntegers('here', {})).not.toThrow();
});

test.each([0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '3' as never])(
  'errors: %s is refused by its name',
  (value) => {
    const check = (): void => expectIntegers('here(3)', { good: 1, bad: value });
    expect(check).toThrow(GenaiError);
    expect(check).toThrow(`here(3): bad must be an integer of at least 1, got ${value}.`);
  },
);

test('errors: the least is told', () => {
  expect(() => expectIntegers('here', { a: 1 }, 2)).toThrow('here: a must be an integer of at least 2, got 1.');
});
