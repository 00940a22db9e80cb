import { describe, expect, test } from 'vitest';
import golden from '../../golden/text-scores.json' with { type: 'json' };
import { type BleuOptions, bleu } from './bleu.js';
import { type ChrfOptions, chrf } from './chrf.js';
import { scoreTexts } from './score-texts.js';
import { type TerOptions, ter } from './ter.js';
import type { TextMetric } from './text-metric.js';

type Row = (typeof golden.random)[0]['rows'][number];

/** A golden row is of sacrebleu, whose signature names its own version and no order. */
const asSacrebleu = (line: string): string => line.replace(/\|order:\d+/, '').replace(/version:.*/, 'version:2.6.0');

function metricOf({ metric, options }: { metric: string; options: object }): TextMetric {
  if (metric === 'bleu') return bleu(options as BleuOptions);
  return metric === 'chrf' ? chrf(options as ChrfOptions) : ter(options as TerOptions);
}

describe.each([
  ["sacrebleu's own test strings", golden.ours],
  ['drawn corpora', golden.random],
])('goldens: %s', (_, corpora) => {
  test.each(corpora.map((corpus, i) => ({ i, ...corpus })))('$i: $hypotheses.0', async (corpus) => {
    const { hypotheses, references } = corpus;
    for (const row of corpus.rows) {
      const metric = metricOf(row);
      const { found } = await scoreTexts({ hypotheses, references, metrics: { found: metric } });
      const where = `${row.metric} ${JSON.stringify(row.options)}`;
      expect(found.figures[row.metric]!.value, where).toBeCloseTo(row.score, 9);
      expect(asSacrebleu(found.signature), where).toBe(row.signature);
      if ('parts' in row) {
        const { bleu: _score, brevityPenalty, lengthRatio, ...precisions } = found.figures;
        const parts = [...Object.values(precisions), brevityPenalty!, lengthRatio!].map(({ value }) => value);
        for (const [i, part] of row.parts!.entries()) expect(parts[i], where).toBeCloseTo(part, 9);
      }
      for (const [i, score] of ((row as Row).sentences ?? []).entries()) {
        const alone = metric.score(metric.measure(hypotheses[i]!, references[i]!));
        expect(alone[row.metric]!.value, `${where} ${hypotheses[i]}`).toBeCloseTo(score, 9);
      }
    }
  });
});

test('goldens: TER where its search meets its limits', () => {
  const { score, measure } = ter();
  const found = golden.long.hypotheses.map((line, i) => score(measure(line, [golden.long.references[i]!])).ter.value);
  for (const [i, value] of golden.long.ter.entries()) expect(found[i]).toBeCloseTo(value, 9);
});
