import { readFile, writeFile } from 'node:fs/promises';
import { key, randomNormal } from '@genai/core';
import { isoDate, readTable } from '@genai/data';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type Said, type World, world } from './world.js';

const ENGINE = ['--backend', 'simd'];
const TINY = { parts: { transforms: 2, hidden: [16], bins: 8 }, training: { batch: 64, learningRate: 0.01 } };

/** 300 birds: owls of about 20 cm and hens of about 40, a weight that goes with it, eggs in whole numbers, some not counted. */
async function birds(place: World): Promise<void> {
  const noise = randomNormal(key(3), 900);
  const lines = ['kind,height,grams,eggs'];
  for (let i = 0; i < 300; i++) {
    const hen = i % 2;
    const height = 20 + 20 * hen + noise[3 * i]!;
    const eggs = i % 7 === 0 ? '' : Math.max(0, Math.round(2 + 6 * hen + noise[3 * i + 1]!));
    lines.push(
      `${hen ? 'hen' : 'owl'},${height.toFixed(2)},${(30 * height + 20 * noise[3 * i + 2]!).toFixed(0)},${eggs}`,
    );
  }
  await writeFile(place.path('birds.csv'), `${lines.join('\n')}\n`);
}

const numbers = (csv: string, name: string): number[] =>
  readTable(csv)
    .columns.find((column) => column.name === name)!
    .values.filter((value) => value !== null)
    .map(Number);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

async function trained(place: World, ...argv: string[]): Promise<Said> {
  await writeFile(place.path('tiny.json'), JSON.stringify(TINY));
  return place.genai('train', 'nsf', '--config', 'tiny.json', '--out', 'run', ...ENGINE, '--json', ...argv);
}

describe('tables', () => {
  test('of a table some columns given others: drawn, asked what if, measured, searched for what is odd', async () => {
    await using place = await world();
    await birds(place);
    const said = await trained(place, '--data', 'birds.csv', '--given', 'kind', '--steps', '400');
    expect([said.code, said.err.includes('270 rows')]).toEqual([0, true]);

    const drawn = await place.genai(
      'sample',
      'run',
      '--given',
      'kind=hen',
      '--count',
      '200',
      '--out',
      'hens.csv',
      ...ENGINE,
    );
    expect([drawn.err, drawn.out]).toEqual(['', 'hens.csv: 200 rows\n']);
    const hens = await readFile(place.path('hens.csv'), 'utf8');
    expect(hens.split('\n')[0]).toBe('kind,height,grams,eggs');
    expect(readTable(hens).columns[0]!.values.every((kind) => kind === 'hen')).toBe(true);
    expect(Math.abs(mean(numbers(hens, 'height')) - 40)).toBeLessThan(1);
    expect(Math.abs(mean(numbers(hens, 'eggs')) - 8)).toBeLessThan(1);
    expect(numbers(hens, 'eggs').every(Number.isInteger)).toBe(true);
    const cold = await place.genai('sample', 'run', '--given', 'kind=hen', '--temperature', '0.2', ...ENGINE);
    expect(deviation(numbers(cold.out, 'height'))).toBeLessThan(0.6 * deviation(numbers(hens, 'height')));

    await writeFile(place.path('few.csv'), 'kind,height,grams,eggs\nowl,21.5,660,3\nowl,18.8,550,\n');
    const asked = await place.genai('what-if', 'run', '--data', 'few.csv', '--given', 'kind=hen', ...ENGINE);
    expect(asked.code, asked.err).toBe(0);
    const [first, second] = numbers(asked.out, 'height') as [number, number];
    expect(Math.abs(first - 41.5)).toBeLessThan(1.5); // a tall owl would be a tall hen
    expect(Math.abs(second - 38.8)).toBeLessThan(1.5);
    const same = await place.genai('what-if', 'run', '--data', 'few.csv', '--given', 'kind=owl', ...ENGINE);
    expect(same.out).toBe(await readFile(place.path('few.csv'), 'utf8'));

    const csv = await readFile(place.path('birds.csv'), 'utf8');
    await writeFile(place.path('odd.csv'), `${csv}owl,38.00,1100,8\n`); // a hen that is called an owl
    const scored = ['eval', 'run', '--data', 'odd.csv', '--scores', 'scored.csv', '--samples', '4'];
    const measured = await place.genai(...scored, ...ENGINE, '--json', '--metrics', 'nllPerRow,closestRecord');
    expect(measured.json).toMatchObject({ ok: true, examples: 31, files: ['scored.csv'] });
    const nll = numbers(await readFile(place.path('scored.csv'), 'utf8'), 'nll');
    expect(nll).toHaveLength(301);
    expect(nll.indexOf(Math.max(...nll))).toBe(300);
    const metrics = measured.json.metrics as { [name: string]: number };
    expect(metrics.nllPerRow).toBeLessThan(Math.max(...nll));
    expect(Math.abs(metrics.closestRecord!)).toBeLessThan(0.1);
    expect(memory().numTensors).toBe(0);
  });

  test('laws: a run that was stopped goes on as one that was not, and knows its table again', async () => {
    await using place = await world();
    await birds(place);
    await writeFile(place.path('tiny.json'), JSON.stringify(TINY));
    const argv = ['train', 'nsf', '--data', 'birds.csv', '--config', 'tiny.json', '--steps', '8', ...ENGINE];
    expect((await place.genai(...argv, '--out', 'whole')).code).toBe(0);
    expect((await place.stopped((err) => /step 1\/8/.test(err), ...argv, '--out', 'parts')).code).toBe(130);
    const on = await place.genai('train', '--out', 'parts', '--resume', ...ENGINE);
    expect(on.err).toMatch(/going on after step/);
    for (const name of ['model.safetensors', 'state.safetensors', 'state.json', 'log.jsonl', 'config.json']) {
      const [a, b] = [await readFile(place.path('parts', name)), await readFile(place.path('whole', name))];
      expect(a.equals(b), name).toBe(true);
    }
    const csv = await readFile(place.path('birds.csv'), 'utf8');
    await writeFile(place.path('birds.csv'), `${csv}emu,90,3000,1\n`);
    const other = await place.genai('train', '--out', 'parts', '--resume', '--steps', '9', ...ENGINE);
    expect([other.code, other.err]).toEqual([2, expect.stringMatching(/not the table that parts was begun with/)]);
    expect(memory().numTensors).toBe(0);
  });

  test('laws: names and empty columns are left out when told to, dates are learnt, measured and drawn', async () => {
    await using place = await world();
    const noise = randomNormal(key(4), 300);
    const lines = Array.from({ length: 300 }, (_, i) => {
      const day = Math.round(19_800 + 100 * noise[i]!);
      return `guest ${i},${isoDate(day)},${(day - 19_000 + (i % 5)) / 10},`;
    });
    await writeFile(place.path('stays.csv'), ['name,day,price,"note, if any"', ...lines, ''].join('\n'));
    const told = await trained(place, '--data', 'stays.csv');
    expect([told.code, told.err]).toEqual([2, expect.stringMatching(/--without 'name,"note, if any"'\./)]);
    expect(told.err).toMatch(
      /300 rows: column "name" has 300 categories, more than 100; column "note, if any" has no value\./,
    );

    const without = ['--data', 'stays.csv', '--without', 'name, "note, if any"'];
    const said = await trained(place, ...without, '--given', 'day', '--steps', '300');
    expect(said.code, said.err).toBe(0);
    const drawn = await place.genai('sample', 'run', '--given', 'day=2024-03-18', '--count', '50', ...ENGINE);
    expect(drawn.out.split('\n')[0]).toBe('day,price');
    expect(
      new Set(
        drawn.out
          .split('\n')
          .slice(1, -1)
          .map((line) => line.split(',')[0]),
      ),
    ).toEqual(new Set(['2024-03-18']));
    expect(Math.abs(mean(numbers(drawn.out, 'price')) - 80)).toBeLessThan(4); // 19,800 days after 1970
    const measured = await place.genai('eval', 'run', '--data', 'stays.csv', '--scores', 'scored.csv', ...ENGINE);
    expect(measured.code, measured.err).toBe(0);
    const scored = await readFile(place.path('scored.csv'), 'utf8');
    expect(scored.split('\n').slice(0, 2)).toEqual([
      'name,day,price,"note, if any",nll',
      expect.stringMatching(`^${lines[0]}`),
    ]);

    const on = await place.genai('train', '--out', 'run', '--resume', '--steps', '301', ...ENGINE);
    expect(on.code, on.err).toBe(0);
    for (const [argv, message] of [
      [['train', '--out', 'run', '--resume', '--without', 'day'], /was begun with column "day"/],
      [['train', 'nsf', ...without.with(-1, 'nam'), '--out', 'a'], /no column "nam"\. Did you mean name\?/],
      [
        ['train', 'nsf', ...without.with(-1, 'name,day,price,"note, if any"'), '--out', 'a'],
        /--without leaves no column of stays/,
      ],
      [
        ['train', 'vae', '--data', 'digits', '--without', 'day', '--out', 'a'],
        /vae reads no table\. Leave --without out/,
      ],
      [['sample', 'run', '--given', 'day=18.3.2024'], /"day" is a column of dates, YYYY-MM-DD/],
    ] as const) {
      const refused = await place.genai(...argv, ...ENGINE);
      expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(message)]);
    }
    expect(memory().numTensors).toBe(0);
  });

  test('known answers: a density of the plane is drawn from, and cannot be beaten', async () => {
    await using place = await world();
    expect((await trained(place, '--data', 'moons', '--steps', '150')).code).toBe(0);
    const metrics = ['--metrics', 'nllPerRow,aboveEntropy', '--samples', '1', '--batch', '5000'];
    const measured = await place.genai('eval', 'run', '--data', 'moons', ...metrics, ...ENGINE, '--json');
    const { nllPerRow, aboveEntropy } = measured.json.metrics as { [name: string]: number };
    expect(aboveEntropy).toBeGreaterThan(0);
    expect(aboveEntropy).toBeLessThan(0.6); // N(mean, covariance) misses 0.94
    expect(Math.abs(nllPerRow! - aboveEntropy! - 1.0212)).toBeLessThan(0.04); // the entropy, on 10,000 points
    const drawn = await place.genai('sample', 'run', '--count', '500', ...ENGINE);
    expect(drawn.out.split('\n')[0]).toBe('x,y');
    expect(Math.abs(mean(numbers(drawn.out, 'x')) - 0.5)).toBeLessThan(0.2);
    const page = await place.genai(
      'eval',
      'run',
      '--data',
      'moons',
      '--count',
      '50',
      '--report',
      'page.html',
      ...ENGINE,
    );
    expect([page.code, page.err.includes('left out')]).toEqual([0, false]);
    expect(await readFile(place.path('page.html'), 'utf8')).toContain('50 held-out rows of moons');
    expect(memory().numTensors).toBe(0);
  });
});

test('errors: what does not fit a table says so in one line', async () => {
  await using place = await world();
  await birds(place);
  const few = 'kind,height,grams,eggs\nowl,21.5,660,3\nhen,40,1200,8\n';
  await writeFile(place.path('few.csv'), few);
  await writeFile(place.path('ibis.csv'), few.replace('owl', 'ibis'));
  await writeFile(place.path('short.csv'), 'height\n20\n30\n');
  expect((await trained(place, '--data', 'birds.csv', '--given', 'kind', '--steps', '1')).code).toBe(0);
  const cases: readonly (readonly [argv: readonly string[], message: RegExp])[] = [
    [['train', 'nsf', '--data', 'birds.cvs', '--out', 'a'], /unknown table "birds\.cvs", and no file/],
    [['train', 'nsf', '--data', 'moon', '--out', 'a'], /Did you mean moons\?/],
    [['train', 'nsf', '--data', 'few.csv', '--out', 'a'], /a batch of 256 is more than the 1 rows of few\.csv/],
    [
      ['train', 'nsf', '--data', 'birds.csv', '--given', 'colour', '--out', 'a'],
      /no column "colour" to be given\. Known: kind/,
    ],
    [
      ['train', 'vae', '--data', 'squares.idx', '--given', 'kind', '--out', 'a'],
      /vae reads no table\. Leave --given out/,
    ],
    [['train', '--out', 'run', '--resume', '--given', 'eggs'], /begun with --given kind, not eggs/],
    [['sample', 'run'], /the model is given kind\. Add --given kind=VALUE/],
    [['sample', 'run', '--given', 'kind=ibis'], /--given kind=ibis: unknown value\. Known: hen, owl/],
    [['sample', 'run', '--given', 'height=20'], /the model is not given "height"\. Known: kind/],
    [['sample', 'run', '--given', 'kind'], /--given takes column=value, got "kind"/],
    [['sample', 'run', '--given', 'kind=owl', '--out', 'a.png'], /--out must name a \.csv or \.tsv file/],
    [['sample', 'run', '--given', 'kind=owl', '--temperature', '0'], /--temperature of a flow must be above 0/],
    [['sample', 'run', '--given', 'kind=owl', '--prompt', 'x'], /nsf draws rows: leave --prompt out/],
    [['what-if', 'run', '--data', 'ibis.csv', '--given', 'kind=owl'], /holds "ibis", which it did not/],
    [['what-if', 'run', '--data', 'short.csv', '--given', 'kind=owl'], /short\.csv has no column "kind"/],
    [['eval', 'run', '--data', 'birds.csv', '--scores', 'a.txt'], /--scores must name a \.csv/],
    [['eval', 'run', '--data', 'birds.csv', '--metrics', 'aboveEntropy'], /whole rows of toys, such as moons/],
    [['eval', 'run', '--data', 'short.csv'], /there is no column/],
  ];
  for (const [argv, message] of cases) {
    const said = await place.genai(...argv, ...ENGINE);
    expect([said.code, said.err], argv.join(' ')).toEqual([2, expect.stringMatching(message)]);
    expect(said.err.trimEnd().split('\n')).toHaveLength(1);
  }
  expect(memory().numTensors).toBe(0);
});
