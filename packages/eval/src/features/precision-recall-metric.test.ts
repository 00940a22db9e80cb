import { key } from '@genai/core';
import { expect, test } from 'vitest';
import golden from '../../golden/features.json' with { type: 'json' };
import { hashedRows } from '../../golden/hashed-rows.js';
import manifest from '../../package.json' with { type: 'json' };
import { compareSamples } from './compare-samples.js';
import { precisionRecallMetric } from './precision-recall-metric.js';

const VERSION = `version:genai-${manifest.version}`;
const [real, fake] = [hashedRows(5, 150, 4), hashedRows(6, 130, 4, 0.8, 0.1)];

test('goldens: prdc, exactly', async () => {
  const metrics = { manifold: precisionRecallMetric() };
  const { figures } = await compareSamples({ samples: [fake], reference: [real], metrics, key: key(0) });
  const shares = Object.entries(figures.manifold).map(([name, { value }]) => [name, value]);
  for (const [name, value] of shares) expect(value).toBeCloseTo(golden.precisionRecall[name as 'density'], 14);
  expect(shares.map(([name]) => name)).toEqual(['precision', 'recall', 'density', 'coverage']);
});

test('known answers: of more rows than are kept a share is seen', async () => {
  const metrics = { manifold: precisionRecallMetric({ keep: 60 }) };
  const { figures, signatures } = await compareSamples({ samples: [real], reference: [real], metrics, key: key(0) });
  expect(figures.manifold.precision.value).toBeGreaterThan(0.8); // other rows on either side
  expect(signatures.manifold).toBe(
    `precision-recall|neighbours:5|keep:60|samples:150|reference:150|key:0.0|${VERSION}`,
  );
});

test('errors: too few rows', async () => {
  const metrics = { manifold: precisionRecallMetric() };
  await expect(
    compareSamples({ samples: [fake.slice(0, 5)], reference: [real], metrics, key: key(0) }),
  ).rejects.toThrow('precisionRecallMetric, the samples: got 5 rows of 4 numbers, expected at least 6 of 4.');
});
