import { expect, test } from 'vitest';
import golden from '../golden/jax.json' with { type: 'json' };
import { threefry2x32 } from './index.js';

test.each(golden.threefry2x32.cases)('goldens of Random123: $recipe', ({ key, counter, expected }) => {
  expect(threefry2x32(key as [number, number], counter[0]!, counter[1]!)).toEqual(expected);
});
