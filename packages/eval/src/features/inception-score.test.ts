import { key } from '@genai/core';
import { expect, test } from 'vitest';
import golden from '../../golden/features.json' with { type: 'json' };
import { hashedRows } from '../../golden/hashed-rows.js';
import { compareSamples } from './compare-samples.js';
import { type InceptionScoreOptions, inceptionScore } from './inception-score.js';

const score = async (samples: readonly Float64Array[][], options: InceptionScoreOptions) =>
  (await compareSamples({ samples, metrics: { score: inceptionScore(options) }, key: key(0) })).figures.score;

const oneHot = (count: number, classes: number): Float64Array[] =>
  Array.from({ length: count }, (_, i) => Float64Array.from({ length: classes }, (_, y) => Number(y === i % classes)));

test('goldens: torch-fidelity, of logits, in one batch or in several', async () => {
  const rows = hashedRows(7, 60, 5, 8);
  for (const batches of [[rows], [rows.slice(0, 7), rows.slice(7)]]) {
    const found = await score(batches, { splits: 4 });
    const [mean, deviation] = golden.inceptionScore;
    expect(found.inceptionScore.value).toBeCloseTo(mean!, 12);
    expect(found.inceptionScoreDeviation.value).toBeCloseTo(deviation!, 12);
  }
});

test('known answers: certain and of all classes gives their number, all alike gives 1', async () => {
  const sure = await score([oneHot(30, 5)], { splits: 3, logits: false });
  expect(sure.inceptionScore.value).toBeCloseTo(5, 12);
  expect(sure.inceptionScoreDeviation.value).toBeCloseTo(0, 12);
  const alike = Array.from({ length: 20 }, () => Float64Array.of(0.5, 0.3, 0.2));
  expect((await score([alike], { splits: 2, logits: false })).inceptionScore.value).toBeCloseTo(1, 12);
});

test('errors: logits for probabilities, fewer samples than parts', async () => {
  await expect(score([[Float64Array.of(3, 1)]], { logits: false })).rejects.toThrow(
    'inceptionScore: row 0 of a batch is no distribution, its sum is 4. Pass { logits: true } if these are logits.',
  );
  await expect(score([oneHot(3, 2)], {})).rejects.toThrow(
    'inceptionScore: got 3 samples, expected at least 10, one for each split.',
  );
});
