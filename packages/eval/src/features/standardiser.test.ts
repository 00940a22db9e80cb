import { expect, test } from 'vitest';
import { standardiser } from './standardiser.js';

test('known answers: mean 0 and deviation 1 by the known rows; what does not vary is only moved, though its mean is rounded', () => {
  const count = 2_700;
  const values = Float64Array.from({ length: 2 * count }, (_, i) => (i % 2 ? 0.1 : i % 4));
  const standardised = standardiser({ values, count, width: 2 });
  const own = standardised({ values, count, width: 2 });
  expect([own[0], own[1], own[2], own[3]]).toEqual([-1, 0, 1, 0].map((value) => expect.closeTo(value, 12)));
  expect(standardised({ values: Float64Array.of(3, 0.6), count: 1, width: 2 })[1]).toBe(0.5);
});
