import { key } from '@genai/core';
import { expect, test } from 'vitest';
import golden from '../../golden/text-scores.json' with { type: 'json' };
import { bleu } from './bleu.js';
import { chrf } from './chrf.js';
import { compareTexts } from './compare-texts.js';
import { scoreTexts } from './score-texts.js';

const { reference, systems, rows } = golden.compared;

test('goldens: two systems beside a baseline, within the noise of resampling', async () => {
  const metrics = { bleu: bleu(), chrf: chrf() };
  const found = await compareTexts({
    baseline: systems.baseline,
    systems: { near: systems.near, far: systems.far },
    references: reference,
    metrics,
    bootstrap: { key: key(0), rounds: 2_000 },
  });
  for (const [i, system] of (['near', 'far'] as const).entries()) {
    const { bleu, chrf } = found.systems[system];
    for (const [{ value, interval }, p, expected] of [
      [bleu.figures.bleu, bleu.pValues.bleu, rows.bleu[i + 1]!],
      [chrf.figures.chrf, chrf.pValues.chrf, rows.chrf[i + 1]!],
    ] as const) {
      const [score, pValue, , half] = expected;
      expect(value).toBeCloseTo(score!, 9);
      // Four deviations of a share of 2,000 draws and one of 4,000.
      expect(Math.abs(p - pValue!)).toBeLessThan(4 * Math.sqrt((pValue! * (1 - pValue!)) / 1_300) + 1e-3);
      const ratio = (interval!.high - interval!.low) / 2 / half!;
      expect(Math.abs(ratio - 1)).toBeLessThan(0.1);
    }
  }
  expect(found.systems.near.bleu.pValues.bleu).toBeGreaterThan(0.02);
  expect(found.systems.far.bleu.pValues.bleu).toBeLessThan(0.01);
});

test('laws: the same system differs by chance only; alone and beside others the scores are the same', async () => {
  const options = { references: reference, metrics: { bleu: bleu() }, bootstrap: { key: key(1), rounds: 100 } };
  const { baseline: lines } = systems;
  const { baseline, systems: found } = await compareTexts({ ...options, baseline: lines, systems: { same: lines } });
  // No resample exceeds a difference of 0, if none is: (0 + 1) / (100 + 1), as sacrebleu has it.
  expect(found.same.bleu.pValues.bleu).toBeCloseTo(1 / 101, 12);
  expect(await scoreTexts({ ...options, hypotheses: lines })).toEqual(baseline);
});

test('errors: a system that is shorter is named', async () => {
  const options = {
    baseline: ['a', 'b'],
    references: ['a', 'b'],
    metrics: { bleu: bleu() },
    bootstrap: { key: key(0) },
  };
  const short = compareTexts({ ...options, systems: { ours: ['a'] } });
  await expect(short).rejects.toThrow('compareTexts: system ours ended after 1 lines');
});
