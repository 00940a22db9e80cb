import { GenaiError, key } from '@genai/core';
import { describe, expect, expectTypeOf, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { bootstrap } from '../bootstrap.js';
import { bleu } from './bleu.js';
import { chrf } from './chrf.js';
import { wordErrorRate } from './error-rates.js';
import { scoreTexts } from './score-texts.js';
import { ter } from './ter.js';

const VERSION = `version:genai-${manifest.version}`;
const hypotheses = ['the cat sat on the mat', 'a dog', 'it was not me', 'so it goes', 'the end'];
const references = ['the cat is on the mat', 'the dog', 'it was me', 'so it goes', 'an end'];
const words = [6, 2, 3, 3, 2];
const edits = [1, 1, 1, 0, 1];

async function* later<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield item;
}

const sum = (values: readonly number[], rows: ArrayLike<number>): number =>
  Array.from(rows).reduce((total, row) => total + values[row]!, 0);

test('known answers: the interval is that of the bootstrap of sums', async () => {
  const options = { key: key(3), rounds: 200, level: 0.9 };
  const { wer } = await scoreTexts({ hypotheses, references, metrics: { wer: wordErrorRate() }, bootstrap: options });
  const { value, interval } = wer.figures.errorRate;
  expect(value).toBe(4 / 16);
  expect(interval).toEqual(bootstrap(5, (rows) => sum(edits, rows) / sum(words, rows), options));
  expect(wer.signature).toBe(`WER|nrefs:1|bs:200|seed:3|case:mixed|${VERSION}`);
});

test('laws: streams, lists and one reference in a list give the same, with types of their own', async () => {
  const metrics = { bleu: bleu({ effectiveOrder: true }), chrf: chrf(), ter: ter() };
  const found = await scoreTexts({ hypotheses, references, metrics });
  expectTypeOf(found.ter.figures.ter.value).toBeNumber();
  // @ts-expect-error a figure of another metric
  expect(found.ter.figures.bleu).toBeUndefined();
  const streams = { hypotheses: later(hypotheses), references: later(references.map((one) => [one, undefined, null])) };
  expect(await scoreTexts({ ...streams, metrics })).toEqual(found);
  expect(found.bleu.signature).toBe(`BLEU|nrefs:1|case:mixed|eff:yes|tok:13a|smooth:exp|${VERSION}`);
});

test('laws: how many references there are stands in the signature', async () => {
  const metrics = { chrf: chrf() };
  const two = await scoreTexts({ hypotheses, references: references.map((one) => [one, '']), metrics });
  expect(two.chrf.signature).toContain('|nrefs:2|');
  const some = await scoreTexts({
    hypotheses,
    references: references.map((one, i) => [one, ...(i ? [''] : [])]),
    metrics,
  });
  expect(some.chrf.signature).toContain('|nrefs:var|');
  expect(some.chrf.figures).toEqual(two.chrf.figures); // an empty one is never the best
});

describe('errors', () => {
  const metrics = { bleu: bleu() };

  test('streams of other lengths', async () => {
    const longer = scoreTexts({ hypotheses: [...hypotheses, ''], references, metrics });
    await expect(longer).rejects.toThrow('references ended after 5 lines, hypotheses did not');
    await expect(scoreTexts({ hypotheses: [], references: [], metrics })).rejects.toThrow('got no lines');
  });

  test('a line without a reference', async () => {
    const none = scoreTexts({ hypotheses: ['a', 'b'], references: ['a', [null]], metrics });
    await expect(none).rejects.toThrow("line 1 has no reference, expected at least one. Pass '' for an empty one.");
  });

  test('settings', async () => {
    expect(() => bleu({ maxOrder: 0 })).toThrow(GenaiError);
    expect(() => bleu({ tokenize: 'ja-mecab' as '13a' })).toThrow('expected one of 13a, intl, zh, char, none');
    expect(() => bleu({ smooth: 'floor', smoothValue: -1 })).toThrow(GenaiError);
    expect(() => chrf({ beta: 0 })).toThrow(GenaiError);
    expect(() => chrf({ wordOrder: -1 })).toThrow(GenaiError);
    const level = { key: key(0), level: 1 };
    await expect(scoreTexts({ hypotheses, references, metrics, bootstrap: level })).rejects.toThrow('got level 1');
  });

  test('a signal stops, and the streams are closed', async () => {
    let closed = false;
    const controller = new AbortController();
    function* endless(): Generator<string> {
      try {
        for (let i = 0; ; i++) {
          if (i === 1_000) controller.abort(new Error('enough'));
          yield 'a b c d e f';
        }
      } finally {
        closed = true;
      }
    }
    const options = { hypotheses: endless(), references: endless(), metrics: { ter: ter() } };
    await expect(scoreTexts({ ...options, signal: controller.signal })).rejects.toThrow('enough');
    expect(closed).toBe(true);
  });
});
