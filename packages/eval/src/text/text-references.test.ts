import { key } from '@genai/core';
import { expect, test } from 'vitest';
import golden from '../../golden/text-references.json' with { type: 'json' };
import { characterErrorRate, wordErrorRate } from './error-rates.js';
import { meteorExact } from './meteor-exact.js';
import { porterStem } from './porter-stem.js';
import { rouge } from './rouge.js';
import { scoreTexts } from './score-texts.js';
import { selfBleu } from './self-bleu.js';
import { zipfFit } from './zipf-fit.js';

test("goldens: stems are NLTK's", () => {
  const stems = Object.fromEntries(Object.keys(golden.stems).map((word) => [word, porterStem(word)]));
  expect(stems).toEqual(golden.stems);
});

test.each(golden.pairs.map((pair, i) => ({ i, ...pair })))('goldens: ROUGE and METEOR of pair $i', (pair) => {
  for (const [metric, expected] of [
    [rouge(), pair.rouge],
    [rouge({ stem: porterStem }), pair.stemmed],
  ] as const) {
    const figures = metric.score(metric.measure(pair.hypothesis, pair.references));
    for (const type of ['rouge1', 'rouge2', 'rougeL', 'rougeLsum'] as const) {
      const [fScore, precision, recall] = expected[type];
      expect(figures[type].value, type).toBeCloseTo(fScore!, 6); // torchmetrics gives float32
      expect(figures[`${type}Precision`].value, type).toBeCloseTo(precision!, 6);
      expect(figures[`${type}Recall`].value, type).toBeCloseTo(recall!, 6);
    }
  }
  const meteor = meteorExact();
  const { value } = meteor.score(meteor.measure(pair.hypothesis, pair.references)).meteor;
  expect(value).toBeCloseTo(pair.meteor, 12);
});

test('goldens: word and character error rates of a corpus', async () => {
  const metrics = { wer: wordErrorRate(), cer: characterErrorRate() };
  const { wer, cer } = await scoreTexts({ ...golden.errors, metrics });
  expect(wer.figures.errorRate.value).toBeCloseTo(golden.errors.wer, 6);
  expect(cer.figures.errorRate.value).toBeCloseTo(golden.errors.cer, 6);
});

test('goldens: self-BLEU, each text against all others', () => {
  const { texts } = golden.alone;
  for (const [i, maxOrder] of [2, 3, 4].entries()) {
    expect(selfBleu(texts, { maxOrder }).value).toBeCloseTo(golden.alone.selfBleu[i]!, 12);
  }
  expect(selfBleu(texts, { sample: { count: 20, key: key(0) } })).toEqual(selfBleu(texts));
  expect(selfBleu(texts, { sample: { count: 5, key: key(0) } })).not.toEqual(selfBleu(texts));
});

test("goldens: Zipf's line", () => {
  const { exponent, correlation } = zipfFit(golden.alone.texts);
  expect(exponent).toBeCloseTo(golden.alone.zipf[0]!, 12);
  expect(correlation).toBeCloseTo(golden.alone.zipf[1]!, 12);
});
