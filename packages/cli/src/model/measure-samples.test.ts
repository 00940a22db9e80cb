import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Key, key, randomUniform } from '@genai/core';
import type { Dataset } from '@genai/data';
import { setBackend, type Tensor, tensor1d, tensor4d } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { ImageData } from '../image-data.js';
import type { ImageConfig } from './families.js';
import { measureSamples } from './measure-samples.js';
import { SAMPLE_METRICS } from './sample-metrics.js';
import type { DrawOptions, Trainable } from './trainable.js';

beforeAll(() => setBackend('cpu'));

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genai-samples-'));
  vi.stubEnv('GENAI_CACHE', folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const SIDE = 3;
const SHAPE = [SIDE, SIDE, 1] as const;
const CONFIG = { preset: 'vae', data: { spec: 'noise', shape: SHAPE } } as unknown as ImageConfig;

/** Noise in [0, 1], one row of pixels for each image. */
const noise = (from: Key, count: number): Float32Array[] => {
  const values = randomUniform(from, count * SIDE * SIDE);
  return Array.from({ length: count }, (_, i) =>
    Float32Array.from(values.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE)),
  );
};
const imagesOf = (rows: readonly Float32Array[]): Tensor =>
  tensor4d(Float32Array.from(rows.flatMap((row) => [...row])), [rows.length, ...SHAPE]);
const dataset = (rows: readonly Float32Array[]): Dataset<Tensor> => ({
  length: rows.length,
  read: async (indices) => imagesOf(Array.from(indices, (i) => rows[i]!)),
});

const [train, held] = [noise(key(1), 60), noise(key(2), 40)];
const data: ImageData = { kind: 'images', train: dataset(train), test: dataset(held), shape: SHAPE };
/** A model that draws given rows, again and again. */
const drawing =
  (rows: readonly Float32Array[]): Trainable['draw'] =>
  (_params, _key, { count }) =>
    imagesOf(Array.from({ length: count }, (_, i) => rows[i % rows.length]!));
const measured = (draw: Trainable['draw'], more: object = {}) =>
  measureSamples(draw, CONFIG, {}, { data, names: SAMPLE_METRICS, key: key(0), ...more });

test('known answers: the held-out images themselves are as good as can be, training images again are copies', async () => {
  const perfect = await measured(drawing(held));
  const means = Object.fromEntries(Object.entries(perfect.scores).map(([name, { mean }]) => [name, mean]));
  expect(Object.keys(means)).toEqual([...SAMPLE_METRICS]);
  expect(means.frechet).toBeCloseTo(0, 6);
  expect([means.precision, means.recall, means.coverage, means.copies]).toEqual([1, 1, 1, 0]);
  expect(means.kernelDistance).toBeLessThan(0); // unbiased: one set with itself lies below 0
  expect(perfect.features).toBe('pixels 3×3');

  const copied = await measured(drawing(train), { drawn: 60 });
  expect([copied.scores.copies!.mean, copied.scores.authenticity!.mean]).toEqual([1, 0]);
  expect(copied.signatures!.kernelDistance).toMatch(/subsets:100\|size:40\|.*samples:60\|reference:40/);

  const black = await measured(drawing([new Float32Array(SIDE * SIDE)]));
  expect(black.scores.frechet!.mean).toBeGreaterThan(2); // (1/2)² of each of 9 pixels, and their variance
  expect(black.scores.recall!.mean).toBe(0);
});

test('laws: classes are those of the held-out images, in their proportions', async () => {
  const labels = held.map((_, i) => (i < 10 ? 0 : i < 30 ? 1 : 2)); // in the order of the classes
  const labelled = (rows: readonly Float32Array[]) => ({
    length: rows.length,
    read: async (indices: Uint32Array) => ({
      images: imagesOf(Array.from(indices, (i) => rows[i]!)),
      labels: tensor1d(
        Array.from(indices, (i) => labels[i] ?? 0),
        'int32',
      ),
    }),
  });
  const asked: DrawOptions[] = [];
  const draw: Trainable['draw'] = (params, from, options) => {
    asked.push(options);
    return drawing(held)(params, from, options);
  };
  const config = { ...CONFIG, data: { ...CONFIG.data, classes: 3 } } as ImageConfig;
  const all = { ...data, labelled: { train: labelled(train), test: labelled(held), classes: async () => 3 } };
  for (const drawn of [undefined, 20, 80]) {
    const options = { data: all as ImageData, names: ['frechet'], drawn, key: key(0) };
    await measureSamples(draw, config, {}, options);
  }
  expect(asked[0]!.labels).toEqual(labels);
  for (const { labels: given } of asked) {
    const shares = [0, 1, 2].map((label) => given!.filter((other) => other === label).length / given!.length);
    expect(shares).toEqual([1 / 4, 1 / 2, 1 / 4]);
  }
});

test('laws: statistics that were kept give the same figures as those that are gathered', async () => {
  const many = { ...data, test: dataset(noise(key(3), 500)), train: dataset(noise(key(4), 510)) };
  const ask = { data: many, names: ['frechet', 'recall', 'authenticity'], drawn: 50 };
  const first = await measured(drawing(held), ask);
  expect(await readdir(join(folder, 'statistics'))).toHaveLength(2);
  expect(await measured(drawing(held), ask)).toEqual(first);
  expect(await readdir(join(folder, 'statistics'))).toHaveLength(2);
  await rm(join(folder, 'statistics'), { recursive: true });
  expect(await measured(drawing(held), ask)).toEqual(first);
});
