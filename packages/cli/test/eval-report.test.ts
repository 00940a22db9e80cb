import { readFile, writeFile } from 'node:fs/promises';
import { decodePng } from '@genai/data';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type World, world } from './world.js';

const ENGINE = ['--backend', 'cpu'];
const SQUARES = ['--data', 'squares.idx'];
const SAMPLES = ['frechet', 'kernelDistance', 'precision', 'recall', 'density', 'coverage', 'copies', 'authenticity'];
const VAE = { parts: { hidden: [10], latents: 3 }, training: { batch: 8, steps: 12 } };
const MADE = { parts: { hidden: [8] }, training: { batch: 8, steps: 9 } };
const TEXT = {
  parts: { layers: 1, width: 12, dropout: 0, tokenizer: 'characters' },
  training: { batch: 4, length: 24, steps: 30, learningRate: 0.02 },
};

async function trained(place: World, model: string, config: object, data: string, out: string): Promise<void> {
  await writeFile(place.path('tiny.json'), JSON.stringify(config));
  const said = await place.genai('train', model, '--config', 'tiny.json', '--data', data, '--out', out, ...ENGINE);
  expect([said.code, out]).toEqual([0, out]);
}

type Element = { readonly name: string; readonly attributes: ReadonlyMap<string, string>; readonly at: number };

/** The elements of a page in order; every one that is opened must be closed. */
function elementsOf(html: string): readonly Element[] {
  const open: string[] = [];
  const found: Element[] = [];
  for (const match of html.matchAll(/<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*(\/?)>/g)) {
    const [, closing, name, attributes, single] = match as unknown as [string, string, string, string, string];
    if (closing) expect(open.pop(), html.slice(match.index - 80, match.index + 20)).toBe(name);
    else {
      const pairs = [...attributes.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)].map(([, k, v = '']) => [k!, v] as const);
      found.push({ name, attributes: new Map(pairs), at: match.index });
      if (!single && !['meta', 'link', 'img', 'br'].includes(name)) open.push(name);
    }
  }
  expect(open).toEqual([]);
  return found;
}

/** Each row of the table of scores: its name, and the text of its cells. */
function rowsOf(html: string): ReadonlyMap<string, readonly string[]> {
  const rows = [...html.matchAll(/<tr><th scope="row">(\w+) .*?<\/th>(.*?)<\/tr>/gs)];
  return new Map(
    rows.map(([, name, cells]) => [
      name!,
      [...cells!.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell]) => cell!.replace(/ ?<[^>]*>/g, '')),
    ]),
  );
}

/** Nothing is requested, nothing runs, and every part of the page is what the page meant. */
function expectSelfContained(html: string): void {
  const elements = elementsOf(html);
  const names = new Set(elements.map(({ name }) => name));
  for (const name of ['script', 'iframe', 'object', 'form', 'a']) expect(names).not.toContain(name);
  for (const { name, attributes } of elements) {
    for (const [attribute, value] of attributes) {
      expect(attribute, name).not.toMatch(/^on/i);
      if (attribute === 'src' || attribute === 'href') expect(value.slice(0, 5), name).toBe('data:');
    }
  }
  expect(html).not.toMatch(/url\(\s*["']?(?!#)|@import/);
  const [policy] = elements.filter(({ attributes }) => attributes.get('http-equiv') === 'Content-Security-Policy');
  expect(policy!.attributes.get('content')).toBe("default-src 'none'; img-src data:; style-src 'unsafe-inline'");
  const [style] = elements.filter(({ name }) => name === 'style');
  expect(policy!.at).toBeLessThan(style!.at);
}

describe('eval --report', () => {
  test('known answers: two models of pictures are compared on one page that stands alone, whatever their names', async () => {
    await using place = await world();
    const hostile = '<img src=x onerror="alert(1)">';
    await trained(place, 'vae', VAE, 'squares.idx', hostile);
    await trained(place, 'made', MADE, 'squares.idx', 'other');
    const said = await place.genai(
      ...['eval', hostile, 'other', ...SQUARES, ...ENGINE, '--report', 'out/page.html', '--json'],
    );
    expect([said.code, said.json.ok, said.json.files]).toEqual([0, true, ['out/page.html']]);
    const models = said.json.models as { folder: string; metrics: { [name: string]: number } }[];
    expect(models.map(({ folder }) => folder)).toEqual([hostile, 'other']);
    expect(said.json.metrics).toEqual(models[0]!.metrics);
    expect(Object.keys(models[0]!.metrics)).toEqual(['elbo', 'importanceWeightedNll', ...SAMPLES]);
    expect(Object.keys(models[1]!.metrics)).toEqual(['nll', 'bitsPerDim', ...SAMPLES]);

    const html = await readFile(place.path('out', 'page.html'), 'utf8');
    expectSelfContained(html);
    expect(html).not.toContain('<img src=x');
    expect(html).toContain('&#60;img src=x onerror=&#34;alert(1)&#34;&#62;');
    for (const word of [
      'squares.idx',
      '8 images',
      'pixels 8×8',
      'engine',
      'cpu',
      'frechet|features:pixels 8×8|samples:8',
    ])
      expect(html.toLowerCase(), word).toContain(word.toLowerCase());

    const rows = rowsOf(html);
    expect([...rows.keys()]).toEqual(['elbo', 'importanceWeightedNll', ...SAMPLES, 'nll', 'bitsPerDim']);
    expect(rows.get('elbo')![1]).toBe('–');
    expect(rows.get('nll')![1]).toMatch(/^\d+\.\d+ ± \d+\.\d+ nats$/);
    const [a, b] = models.map(({ metrics }) => metrics.frechet!) as [number, number];
    expect(rows.get('frechet')!.map((cell) => Number.parseFloat(cell))).toEqual(
      [a, b].map((value) => expect.closeTo(value, 2)),
    );
    expect(rows.get('frechet')!.findIndex((cell) => cell.includes('★'))).toBe(a < b ? 0 : 1);

    const pictures = elementsOf(html).filter(({ name }) => name === 'img');
    expect(pictures).toHaveLength(4); // a grid and the nearest training images of each
    for (const { attributes } of pictures) {
      const [, base64] = attributes.get('src')!.split('base64,');
      const { width } = await decodePng(Buffer.from(base64!, 'base64'));
      expect(width).toBe(8 * 8 + 9 * 2 - 4);
    }
    const [, drawn] = /<polyline [^>]*points="([^"]*)"/.exec(html)!;
    expect(drawn!.split(' ')).toHaveLength(12); // steps
    expect(html.match(/<polyline/g)).toHaveLength(2);
    expect(memory().numTensors).toBe(0);
  });

  test('known answers: a model of text, its texts as they are', async () => {
    await using place = await world();
    const lines = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? '<b>heads</b>' : '<i>tails</i> & more'));
    await writeFile(place.path('coins.txt'), lines.join('\n'));
    await trained(place, 'lstm', TEXT, 'coins.txt', 'run');
    const said = await place.genai(
      ...['eval', 'run', '--data', 'coins.txt', ...ENGINE, '--report', 'page.html', '--drawn', '4', '--json'],
    );
    expect(said.err).toBe('measuring run\n');
    const metrics = said.json.metrics as { [name: string]: number };
    expect(Object.keys(metrics)).toEqual([
      ...['nllPerToken', 'bitsPerByte', 'perplexity'],
      ...['distinct', 'repetition', 'selfBleu'],
    ]);
    expect(metrics.perplexity).toBeCloseTo(Math.exp(metrics.nllPerToken!), 10);
    for (const name of ['distinct', 'repetition', 'selfBleu']) {
      expect(metrics[name], name).toBeGreaterThanOrEqual(0);
      expect(metrics[name], name).toBeLessThanOrEqual(1);
    }
    const drawn = await place.genai('sample', 'run', '--length', '200', '--count', '3', ...ENGINE, '--json');
    const html = await readFile(place.path('page.html'), 'utf8');
    expectSelfContained(html);
    const shown = [...html.matchAll(/<pre>(.*?)<\/pre>/gs)].map(([, text]) =>
      text!.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
    );
    expect(shown).toEqual(drawn.json.texts);
    expect(shown.join()).toContain('<');
    expect(memory().numTensors).toBe(0);
  });

  test('known answers: what cannot be measured is left out of a report with its reason, and an error when asked for', async () => {
    await using place = await world();
    await trained(place, 'vae', VAE, 'squares.idx', 'run');
    const few = ['eval', 'run', ...SQUARES, '--count', '4', ...ENGINE];
    const said = await place.genai(...few, '--report', 'page.html', '--json');
    expect(Object.keys(said.json.metrics as object)).toEqual(['elbo', 'importanceWeightedNll']);
    expect(said.err).toMatch(/left out of run: samples are compared with more than 5 held-out images, there are 4\./);
    const html = await readFile(place.path('page.html'), 'utf8');
    expect(html).toMatch(/<li>run: samples are compared with more than 5 held-out images, there are 4\.<\/li>/);
    const asked = await place.genai(...few, '--metrics', 'frechet', '--report', 'other.html');
    expect([asked.code, asked.err]).toEqual([2, expect.stringMatching(/more than 5 held-out images, there are 4/)]);
    await expect(readFile(place.path('other.html'))).rejects.toThrow(/ENOENT/);
  });
});

describe('eval', () => {
  test('known answers: metrics of samples when asked, intervals by the bootstrap, several models in a table', async () => {
    await using place = await world();
    await trained(place, 'vae', VAE, 'squares.idx', 'a');
    await trained(place, 'made', MADE, 'squares.idx', 'b');
    const said = await place.genai(
      ...['eval', 'a', ...SQUARES, ...ENGINE, '--metrics', 'elbo,frechet,copies', '--drawn', '12'],
      ...['--bootstrap', '200', '--json'],
    );
    const { metrics, intervals, signatures } = said.json as {
      metrics: { [name: string]: number };
      intervals: { [name: string]: { low: number; high: number; level: number } };
      signatures: { [name: string]: string };
    };
    expect(Object.keys(metrics)).toEqual(['elbo', 'frechet', 'copies']);
    expect(Object.keys(intervals)).toEqual(['elbo']);
    const { low, high, level } = intervals.elbo!;
    expect(low).toBeLessThan(metrics.elbo!);
    expect(high).toBeGreaterThan(metrics.elbo!);
    expect(level).toBe(0.95);
    const error = (said.json.standardErrors as { elbo: number }).elbo;
    expect((high - low) / (2 * 1.96 * error)).toBeGreaterThan(0.6); // of 8 images
    expect((high - low) / (2 * 1.96 * error)).toBeLessThan(1.2);
    expect(signatures.elbo).toMatch(/^elbo\|examples:8\|batch:100\|bootstrap:200\|key:0\.0\|version:genai-\d/);
    expect(signatures.frechet).toMatch(/\|samples:12\|reference:8\|/);
    expect(signatures.copies).toMatch(/\|samples:12\|training:72\|/);

    const table = await place.genai('eval', 'a', 'b', ...SQUARES, ...ENGINE, '--metrics', 'elbo,nll');
    expect(table.out).toMatch(/^ +a +b\nelbo +-\d+\.\d+ ± \d+\.\d+ nats +–\nnll +– +\d+\.\d+ ± \d+\.\d+ nats\n$/);
    const plain = await place.genai('eval', 'a', ...SQUARES, ...ENGINE, '--metrics', 'elbo', '--json');
    expect((plain.json.metrics as { elbo: number }).elbo).toBe(metrics.elbo);
    expect(plain.json).not.toHaveProperty('models');
    expect(memory().numTensors).toBe(0);
  });

  test('known answers: intervals of a text, whose pieces are resampled', async () => {
    await using place = await world();
    await writeFile(place.path('coins.txt'), 'heads\ntails\n'.repeat(80));
    await trained(place, 'lstm', TEXT, 'coins.txt', 'run');
    const asked = ['eval', 'run', '--data', 'coins.txt', ...ENGINE, '--json'];
    const plain = await place.genai(...asked);
    const said = await place.genai(...asked, '--bootstrap', '200');
    const metrics = said.json.metrics as { [name: string]: number };
    expect(metrics).toEqual(plain.json.metrics);
    const { nllPerToken, perplexity } = said.json.intervals as { [name: string]: { low: number; high: number } };
    expect(nllPerToken!.low).toBeLessThan(metrics.nllPerToken!);
    expect(nllPerToken!.high).toBeGreaterThan(metrics.nllPerToken!);
    expect(perplexity!.low).toBeCloseTo(Math.exp(nllPerToken!.low), 10);
    expect((said.json.signatures as { nllPerToken: string }).nllPerToken).toMatch(/\|bootstrap:200\|key:0\.0\|/);
  });

  test('errors: models of two kinds, metrics of neither, samples too few', async () => {
    await using place = await world();
    await trained(place, 'vae', VAE, 'squares.idx', 'a');
    await writeFile(place.path('coins.txt'), 'heads\ntails\n'.repeat(80));
    await trained(place, 'lstm', TEXT, 'coins.txt', 'b');
    const cases: readonly (readonly [argv: readonly string[], message: RegExp])[] = [
      [['a', 'b', ...SQUARES], /a is a model of images, b of text\. Compare models of one kind of data/],
      [['a', 'a', ...SQUARES, '--metrics', 'selfBleu'], /selfBleu cannot be measured of vae\. Known for it: elbo/],
      [['a', ...SQUARES, '--metrics', 'frechet', '--drawn', '3'], /more than 5 samples are compared, --drawn is 3/],
      [['a', ' ', ...SQUARES], /' ' is invalid for argument 'folders'/],
      [['a', 'c', ...SQUARES], /c holds no checkpoint/],
    ];
    const before = memory().numTensors;
    for (const [argv, message] of cases) {
      const said = await place.genai('eval', ...argv, ...ENGINE);
      expect([said.code, said.out, said.err.trimEnd().split('\n').at(-1)]).toEqual([
        2,
        '',
        expect.stringMatching(message),
      ]);
    }
    expect(memory().numTensors).toBe(before);
  });
});
