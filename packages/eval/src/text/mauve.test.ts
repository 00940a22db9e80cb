import { GenaiError, key } from '@genai/core';
import { tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { hashedCloud } from '../../golden/hashed-cloud.js';
import golden from '../../golden/text-references.json' with { type: 'json' };
import { mauve } from './mauve.js';
import { mauveFromHistograms } from './mauve-from-histograms.js';

test.each(golden.histograms)('goldens: histograms of $p.length bins', ({ p, q, scaling, points, found }) => {
  const { mauve, frontierIntegral } = mauveFromHistograms(p, q, { scaling, points });
  expect(mauve).toBeCloseTo(found[0]!, 12);
  expect(frontierIntegral).toBeCloseTo(found[1]!, 12);
});

test('known answers: equal histograms, and ones that share nothing', () => {
  expect(mauveFromHistograms([1, 2, 0], [2, 4, 0])).toMatchObject({ mauve: 1, frontierIntegral: 0 });
  const { mauve, frontierIntegral } = mauveFromHistograms([1, 2, 0, 0], [0, 0, 5, 1], { points: 2_001 });
  // KL(q‖r) = −ln(1 − w), KL(p‖r) = −ln w: x = (1 − w)⁵, y = w⁵, whose area is ∫ w⁵ · 5 (1 − w)⁴ dw = 5 B(6, 5) = 1/252.
  expect(mauve).toBeCloseTo(1 / 252, 6);
  expect(frontierIntegral).toBeCloseTo(1, 12);
});

/** About Gaussian, as `features` of text-references.py. */
function features(seed: number, count: number, width: number, shift: number): Float64Array[] {
  const sums = new Float64Array(count * width);
  for (let i = 0; i < 6; i++)
    for (const [at, value] of hashedCloud(seed + i, (count * width) / 3).entries()) sums[at]! += value;
  return Array.from({ length: count }, (_, row) =>
    sums.slice(row * width, (row + 1) * width).map((sum, k) => sum / Math.sqrt(k + 1) + (k < 3 ? shift : 0)),
  );
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test.each(golden.whole)('goldens: features, $count and $other, $width wide, $clusters clusters', async (row) => {
  const p = features(10, row.count, row.width, 0);
  const q = features(20, row.other, row.width, row.shift);
  const { clusters } = row;
  // Where clusters are many, seeds of the reference too differ by 0.03: only means compare.
  const many = clusters > 10;
  const runs = [];
  for (const seed of many ? [0, 1, 2] : [0]) {
    const { mauve: score, frontierIntegral, smoothed } = await mauve(p, q, { key: key(seed), clusters, restarts: 3 });
    runs.push([score, frontierIntegral, smoothed.mauve, smoothed.frontierIntegral]);
  }
  for (const i of [0, 1, 2, 3]) {
    const [ours, theirs] = [runs, row.runs].map((found) => mean(found.map((run) => run[i]!)));
    expect(Math.abs(ours! - theirs!), `${i}: ${ours}, expected ${theirs}`).toBeLessThan(many ? 0.03 : 0.01);
  }
});

test('laws: the same key gives the same; tensors are rows; a tenth of the samples are the clusters', async () => {
  const [p, q] = [features(1, 60, 3, 0), features(9, 50, 3, 0.3)];
  const found = await mauve(p, q, { key: key(1) });
  expect(found.histograms.p).toHaveLength(5);
  expect(mean([...found.histograms.q])).toBe(10);
  expect(await mauve(p, q, { key: key(1) })).toEqual(found);
  const [a, b] = [p, q].map((rows) => tensor2d(rows.map((row) => [...row])));
  const ofTensors = await mauve(a!, b!, { key: key(1) });
  expect(ofTensors.mauve).toBeCloseTo(found.mauve, 6);
  a!.dispose();
  b!.dispose();
});

test('laws: points that coincide, more clusters than places', async () => {
  const rows = Array.from({ length: 12 }, (_, i) => [i % 2, 1]);
  const found = await mauve(rows, rows, { key: key(0), clusters: 5 });
  expect(found.mauve).toBe(1);
  expect((await mauve(rows, rows, { key: key(0), clusters: 2, explainedVariance: 1 })).histograms.p).toEqual(
    Int32Array.of(6, 6),
  );
});

test('errors: what cannot be', async () => {
  const options = { key: key(0) };
  await expect(mauve([[1, 2]], [[1, 2, 3]], options)).rejects.toThrow(GenaiError);
  await expect(mauve([[1, 2]], [[1, 2]], { ...options, clusters: 3 })).rejects.toThrow(
    'expected at least 3, the clusters',
  );
  await expect(mauve([[1, 2]], [[1, 2]], { ...options, explainedVariance: 0 })).rejects.toThrow(GenaiError);
  expect(() => mauveFromHistograms([1, 2], [1])).toThrow('got 2 and 1 bins');
  expect(() => mauveFromHistograms([0, 0], [1, 1])).toThrow(GenaiError);
  expect(() => mauveFromHistograms([1, -1, 2], [1, 1, 1])).toThrow(GenaiError);
  expect(() => mauveFromHistograms([1], [1], { scaling: 0 })).toThrow(GenaiError);
});
