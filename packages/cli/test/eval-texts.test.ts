import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { world } from './world.js';

const HYPOTHESES = [
  'the cat sat on the mat .',
  'a dog barks',
  'it was not me , was it ?',
  'so it goes',
  'the end of the story is near',
];
const REFERENCES = [
  'the cat is on the mat .',
  'the dog barks',
  'it was me , was it ?',
  'so it goes',
  'an end to the story is near',
];

// from sacrebleu.metrics import BLEU, CHRF, TER                                                                sacrebleu 2.6.0
// metric().corpus_score(hypotheses, [references]).score                                 chrf++: CHRF(word_order=2)
const SCORES = {
  bleu: 52.02556880807582,
  chrf: 70.87660023206482,
  'chrf++': 72.17351782476327,
  ter: 18.51851851851852,
};
// score = metric(references=[references]).corpus_score(hypotheses, None, n_bootstrap=20000); score._ci, half the 95 % interval
const HALVES = { bleu: 9.549322400224337, ter: 7.78032 }; // that of chrF lies on a step of five sentences, where sampling decides

type Interval = { readonly low: number; readonly high: number; readonly level: number };
type Told = {
  readonly metrics: { readonly [name: string]: number };
  readonly intervals?: { readonly [name: string]: Interval };
  readonly signatures: { readonly [name: string]: string };
  readonly lines: number;
  readonly files?: readonly { readonly file: string; readonly pValues?: { readonly [name: string]: number } }[];
};

describe('eval of texts', { timeout: 180_000 }, () => {
  test('goldens: scores of sacrebleu, its intervals within sampling, the seed in the signature', async () => {
    await using place = await world();
    await writeFile(place.path('ours.txt'), HYPOTHESES.join('\r\n'));
    await writeFile(place.path('references.txt'), `${REFERENCES.join('\n')}\n`);
    const asked = ['eval', 'ours.txt', '--data', 'references.txt', '--metrics', 'bleu,chrf,chrf++,ter'];
    const said = await place.genai(...asked, '--bootstrap', '2000', '--seed', '12345', '--json');
    const { metrics, intervals, signatures, lines } = said.json as unknown as Told;
    expect([said.code, lines, Object.keys(metrics)]).toEqual([0, 5, Object.keys(SCORES)]);
    for (const [name, score] of Object.entries(SCORES)) expect(metrics[name], name).toBeCloseTo(score, 9);
    for (const [name, half] of Object.entries(HALVES)) {
      const { low, high, level } = intervals![name]!;
      expect(level).toBe(0.95);
      expect(Math.abs((high - low) / 2 / half - 1), name).toBeLessThan(0.06);
    }
    expect(signatures.bleu).toMatch(
      /^BLEU\|nrefs:1\|bs:2000\|seed:12345\|case:mixed\|eff:no\|tok:13a\|smooth:exp\|version:genai-\d/,
    );
    const again = await place.genai(...asked, '--bootstrap', '2000', '--seed', '12345', '--json');
    expect((again.json as unknown as Told).intervals).toEqual(intervals);
  });

  test('known answers: the usual metrics, several files beside the first, a table', async () => {
    await using place = await world();
    await writeFile(place.path('a.txt'), HYPOTHESES.join('\n'));
    await writeFile(place.path('b.txt'), REFERENCES.join('\n'));
    const both = ['eval', 'a.txt', 'b.txt', '--data', 'b.txt'];
    const said = await place.genai(...both, '--bootstrap', '200', '--json');
    const { metrics, files } = said.json as unknown as Told;
    expect(Object.keys(metrics)).toEqual(['bleu', 'chrf', 'ter']);
    expect(files!.map(({ file }) => file)).toEqual(['a.txt', 'b.txt']);
    expect(files![0]!.pValues).toBeUndefined();
    expect(files![1]!.pValues!.bleu).toBeGreaterThan(0);
    expect(files![1]!.pValues!.bleu).toBeLessThanOrEqual(1);
    const table = await place.genai(...both, '--metrics', 'bleu,wer', '--count', '4');
    expect(table.out).toMatch(/^ +a\.txt +b\.txt\nbleu +\d+\.\d+.* 100.*\nwer +0\.\d+ +0\n$/);
  });

  test('errors: lines that do not match, metrics and options of models', async () => {
    await using place = await world();
    await writeFile(place.path('a.txt'), 'one\ntwo\n');
    await writeFile(place.path('b.txt'), 'one\n');
    const cases: readonly (readonly [argv: readonly string[], message: RegExp])[] = [
      [['a.txt', '--data', 'b.txt'], /a\.txt has 2 lines, the references in b\.txt 1\. Give a reference for each/],
      [['a.txt', '--data', 'c.txt'], /cannot read the texts c\.txt/],
      [['a.txt', '--data', 'a.txt', '--metrics', 'blue'], /blue cannot be measured .* Did you mean bleu/],
      [['a.txt', '--data', 'a.txt', '--report', 'page.html'], /--report compares models, not files/],
      [['a.txt', '--data', 'a.txt', '--drawn', '3'], /--drawn is of models/],
      [['a.txt', '--data', 'a.txt', '--count', '3'], /--count 3 is more than the 2 lines of a\.txt/],
    ];
    for (const [argv, message] of cases) {
      const said = await place.genai('eval', ...argv);
      expect([said.code, said.out, said.err.trimEnd().split('\n').at(-1)]).toEqual([
        2,
        '',
        expect.stringMatching(message),
      ]);
    }
  });
});
