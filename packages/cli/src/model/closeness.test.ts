import { key, randomNormal, split } from '@genai/core';
import { authenticity } from '@genai/eval';
import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, test } from 'vitest';
import { closeness } from './closeness.js';

beforeAll(() => setBackend('cpu'));

const rows = (from: ReturnType<typeof key>, count: number): Float32Array[] => {
  const values = randomNormal(from, 3 * count);
  return Array.from({ length: count }, (_, i) => Float32Array.from(values.subarray(3 * i, 3 * i + 3)));
};

test('known answers: training images again are copies, others are not', async () => {
  const known = rows(key(0), 40);
  expect(await closeness(known.slice(3, 9), known)).toEqual({ copies: 1, authenticity: 0 });
  const far = rows(key(1), 6).map((row) => row.map((value) => value + 9));
  expect(await closeness([...far, known[0]!, known[1]!], known)).toEqual({ copies: 1 / 4, authenticity: 3 / 4 });
});

test('parity: authenticity is that of @genai/eval, whose training images are all set beside all', async () => {
  const [a, b] = split(key(2));
  const [fake, known] = [rows(a, 60), rows(b, 90)];
  const { authenticity: share } = await closeness(fake, known);
  expect(share).toBe((await authenticity(fake, known)).authenticity);
  expect(share).toBeGreaterThan(0.2);
  expect(share).toBeLessThan(0.8);
});
