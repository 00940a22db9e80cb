import { key, type LowerBound, type Model, randomNormal, sizeOf } from '@genai/core';
import { owned } from '@genai/tensor';
import { fill, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { latent, latentNll } from '../test/models.js';
import { bitsPerDimBound } from './bits-per-dim-bound.js';
import { evaluate } from './evaluate.js';

/** All integers below `levels` equally likely in each place. */
function uniformIntegers(levels: number): Model<{ none: Tensor }, LowerBound<Tensor>> {
  return {
    init: () => ({ none: tensor(0) }),
    given: () => ({ logProbBound: (x) => fill([x.shape[0]!], -sizeOf(x.shape.slice(1)) * Math.log(levels)) }),
  };
}

test.each([2, 8, 256])('known answers: of %i equally likely levels it is log₂ levels', async (levels) => {
  using data = owned([zeros([2, 3, 3, 2]), zeros([1, 3, 3, 2])]);
  const metrics = {
    one: bitsPerDimBound(),
    many: bitsPerDimBound({ samples: 20 }),
    half: bitsPerDimBound({ dims: 36 }),
  };
  const scores = await evaluate(uniformIntegers(levels), {} as never, { data, key: key(0), metrics });
  for (const score of [scores.one, scores.many]) {
    expect(score.mean).toBeCloseTo(Math.log2(levels), 5);
    expect([score.count, score.unit]).toEqual([3, 'bits/dim']);
  }
  expect(scores.half.mean).toBeCloseTo(Math.log2(levels) / 2, 5);
});

test('known answers: with many samples it comes down to −log₂ p(x)', async () => {
  using data = owned([tensor(randomNormal(key(3), 300))]);
  const want = Array.from(data[0]!.dataSync(), latentNll).reduce((a, b) => a + b) / 300 / Math.LN2;
  const metrics = { one: bitsPerDimBound(), many: bitsPerDimBound({ samples: 1_000 }) };
  const { one, many } = await evaluate(latent(), {} as never, { data, key: key(1), metrics });
  expect(one.mean).toBeGreaterThan(want + 0.3);
  expect(Math.abs(many.mean - want)).toBeLessThan(0.015);
});

test('errors: counts and sizes', () => {
  expect(() => bitsPerDimBound({ samples: 0 })).toThrow(/samples must be an integer of at least 1, got 0/);
  expect(() => bitsPerDimBound({ dims: 0 })).toThrow('bitsPerDimBound: dims must be above 0, got 0.');
});
