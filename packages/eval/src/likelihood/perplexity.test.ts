import { GenaiError, key } from '@genai/core';
import { expect, test } from 'vitest';
import { bitsPerByte } from './bits-per-byte.js';
import { perplexity } from './perplexity.js';

test('known answers: a model that guesses among 8, over texts of other lengths', () => {
  const counts = [3, 10, 1];
  const nats = counts.map((count) => count * Math.log(8));
  expect(perplexity({ nats, counts }).value).toBeCloseTo(8, 12);
  expect(bitsPerByte({ nats, counts })).toMatchObject({ value: expect.closeTo(3, 12), unit: 'bits/byte' });
  expect(perplexity({ nats, counts }, { key: key(0), rounds: 50 }).interval).toMatchObject({
    low: expect.closeTo(8, 12),
    high: expect.closeTo(8, 12),
    level: 0.95,
  });
});

test('known answers: long texts weigh more', () => {
  const { value } = perplexity({ nats: Float32Array.of(0, 9 * Math.LN2), counts: [1, 9] });
  expect(value).toBeCloseTo(2 ** 0.9, 6);
});

test('known answers: the interval of many texts is that of the mean', () => {
  const nats = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1 : 3));
  const { value, interval } = bitsPerByte({ nats, counts: nats.map(() => 2) }, { key: key(0) });
  const error = 1 / Math.sqrt(400) / 2 / Math.LN2;
  expect((interval!.low - value) / error).toBeCloseTo(-1.96, 0);
  expect((interval!.high - value) / error).toBeCloseTo(1.96, 0);
});

test('errors: what has no mean', () => {
  expect(() => perplexity({ nats: [], counts: [] })).toThrow('perplexity: got nats of 0 texts and counts of 0');
  expect(() => perplexity({ nats: [1], counts: [1, 2] })).toThrow(GenaiError);
  expect(() => bitsPerByte({ nats: [1, 2], counts: [1, 0] })).toThrow(
    'bitsPerByte: text 1 has 2 nats and a count of 0',
  );
  expect(() => bitsPerByte({ nats: [Number.NaN], counts: [1] })).toThrow(GenaiError);
});
