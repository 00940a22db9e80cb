import { readFile, writeFile } from 'node:fs/promises';
import { key, randomUniform } from '@genai/core';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type Said, type World, world } from './world.js';

const ENGINE = ['--backend', 'simd'];
const COINS = ['--data', 'coins.txt'];
const file = (place: World, ...path: string[]): Promise<Buffer> => readFile(place.path(...path));

/** A folder with a text of coins thrown, one a line: 1 bit every 6 bytes. */
async function coins(): Promise<World> {
  const place = await world();
  const sides = [...randomUniform(key(5), 600)].map((u) => (u < 0.5 ? 'heads\n' : 'tails\n'));
  await writeFile(place.path('coins.txt'), sides.join(''));
  return place;
}

/** Trains a preset with the parts made tiny. */
async function trained(place: World, model: string, config: object, ...more: string[]): Promise<Said> {
  await writeFile(place.path('tiny.json'), JSON.stringify(config));
  return place.genai('train', model, '--config', 'tiny.json', '--out', 'run', ...ENGINE, '--json', ...more);
}

const training = { batch: 4, length: 24, learningRate: 0.03 };
const TINY = { parts: { layers: 1, width: 12, dropout: 0 }, training };
const SHORT: readonly (readonly [model: string, config: object])[] = [
  ['gru', TINY],
  ['min-gru', { ...TINY, parts: { layers: 2, width: 4, dropout: 0.1 } }],
  ['mamba', { ...TINY, parts: { layers: 1, width: 4 } }],
  ['wave-net', { ...TINY, parts: { layers: 2, width: 4 } }],
  ['lstm', { ...TINY, parts: { layers: 1, width: 4, net: 'rnn', tied: true } }],
  ['lstm', { ...TINY, parts: { layers: 1, width: 4, net: 'min-lstm', tokenizer: 'bytes' } }],
];

describe('models of text', () => {
  test('known answers: lstm learns that a line of coins is 1 bit, and goes on as text, in a file and on stdout', async () => {
    await using place = await coins();
    const said = await trained(place, 'lstm', TINY, ...COINS, '--steps', '120');
    expect(said.json).toMatchObject({ ok: true, steps: 120 });
    const measured = await place.genai('eval', 'run', ...COINS, ...ENGINE, '--json');
    expect(measured.json).toMatchObject({ ok: true, examples: 360, standardErrors: {} });
    const { nllPerToken, bitsPerByte } = measured.json.metrics as { [name: string]: number };
    expect(nllPerToken! / Math.LN2).toBeCloseTo(bitsPerByte!, 6); // a character is a token and a byte
    expect(bitsPerByte).toBeGreaterThan(0.95 / 6); // the entropy, 60 coins more or less by chance
    expect(bitsPerByte).toBeLessThan(1.5 / 6);

    const sample = (...argv: string[]): Promise<Said> => place.genai('sample', 'run', ...ENGINE, ...argv);
    const likeliest = await sample('--prompt', 'he', '--temperature', '0', '--length', '5');
    expect([likeliest.code, likeliest.err]).toEqual([0, '']);
    expect(likeliest.out).toMatch(/^heads\n[ht]\n$/);
    const drawn = await sample('--length', '36', '--count', '2');
    expect(drawn.out).toMatch(/^.{9,}\n----\n.{9,}\n$/s);
    expect(drawn.out.match(/heads|tails/g)!.length).toBeGreaterThan(7); // of 12
    expect((await sample('--length', '36', '--count', '2')).out).toBe(drawn.out);
    expect((await sample('--length', '36', '--count', '2', '--seed', '1')).out).not.toBe(drawn.out);
    const kept = await sample('--length', '36', '--count', '2', '--out', 'two.txt');
    expect(kept.out).toBe('two.txt: 2 texts\n');
    expect((await file(place, 'two.txt')).toString()).toBe(drawn.out);
    const json = await sample('--length', '36', '--count', '2', '--json');
    expect(json.json).toMatchObject({ ok: true, count: 2, texts: drawn.out.slice(0, -1).split('\n----\n') });
    const forced = await sample('--prompt', 'heads\n', '--regex', '(tad|ash)s{3}', '--count', '3', '--json');
    expect(forced.json.texts).toHaveLength(3);
    for (const text of forced.json.texts as string[]) expect(text).toMatch(/^heads\n(tad|ash)sss$/);
    expect(memory().numTensors).toBe(0);
  });

  test('laws: with dropout and a state carried along, a run that was stopped goes on as one that was not', async () => {
    await using place = await coins();
    await writeFile(
      place.path('tiny.json'),
      JSON.stringify({ parts: { layers: 2, width: 6, dropout: 0.2 }, training }),
    );
    const argv = ['train', 'lstm', ...COINS, '--config', 'tiny.json', '--steps', '30', ...ENGINE];
    expect((await place.genai(...argv, '--out', 'whole')).code).toBe(0);
    const said = await place.stopped((err) => /step 1\/30/.test(err), ...argv, '--out', 'parts');
    expect(said.code).toBe(130);
    const on = await place.genai('train', '--out', 'parts', '--resume', ...ENGINE);
    expect(on.err).toMatch(/going on after step/);
    for (const name of ['model.safetensors', 'state.safetensors', 'state.json', 'log.jsonl', 'config.json']) {
      expect((await file(place, 'parts', name)).equals(await file(place, 'whole', name)), name).toBe(true);
    }
    expect(memory().numTensors).toBe(0);
  });

  test('known answers: byte pairs are fewer than bytes, and their likelihood is told of bytes too', async () => {
    await using place = await coins();
    const config = {
      parts: { layers: 1, width: 12, dropout: 0, vocabulary: 266 },
      training: { ...training, length: 12 },
    };
    await trained(place, 'lstm-byte-pairs', config, ...COINS, '--steps', '60');
    const { data } = JSON.parse((await file(place, 'run', 'config.json')).toString());
    expect(data.tokenizer.kind).toBe('byte-pairs');
    const measured = await place.genai('eval', 'run', ...COINS, ...ENGINE, '--json');
    const { nllPerToken, bitsPerByte } = measured.json.metrics as { [name: string]: number };
    const perToken = nllPerToken! / Math.LN2 / bitsPerByte!; // bytes
    expect(perToken).toBeGreaterThan(2);
    expect(perToken).toBeLessThanOrEqual(6);
    expect(bitsPerByte).toBeGreaterThan(0.95 / 6);
    expect(bitsPerByte).toBeLessThan(0.5);
    const drawn = await place.genai('sample', 'run', '--prompt', 'tails\n', '--regex', 'heads\\ntails', ...ENGINE);
    expect(drawn.out).toBe('tails\nheads\ntails\n');
    expect(memory().numTensors).toBe(0);
  });

  for (const [model, config] of SHORT) {
    test(`laws: ${model} ${JSON.stringify(config)} trains, is measured and drawn from`, async () => {
      await using place = await coins();
      const said = await trained(place, model, config, ...COINS, '--steps', '40');
      expect(said.json).toMatchObject({ ok: true, steps: 40 });
      const lines = (await file(place, 'run', 'log.jsonl')).toString().trimEnd().split('\n');
      const losses = lines.map((line) => (JSON.parse(line) as { loss: number }).loss);
      expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
      const measured = await place.genai('eval', 'run', ...COINS, ...ENGINE, '--count', '120', '--json');
      expect(measured.json).toMatchObject({ ok: true, examples: 120 });
      const drawn = await place.genai('sample', 'run', '--prompt', 'tails\n', '--length', '20', ...ENGINE, '--json');
      expect(drawn.json).toMatchObject({ ok: true, texts: [expect.stringMatching(/^tails\n/)] });
      expect(memory().numTensors).toBe(0);
    });
  }
});

describe('errors', () => {
  test('a wrong configuration of a model of text names the field', async () => {
    await using place = await coins();
    const cases: readonly (readonly [config: object, message: RegExp])[] = [
      [{ parts: { net: 'perceptron' } }, /parts\.net must be one of lstm, gru, .*, got "perceptron"/],
      [{ parts: { tokenizer: 'words' } }, /parts\.tokenizer must be one of characters, bytes, byte-pairs, got "words"/],
      [{ parts: { vocabulary: 255 } }, /parts\.vocabulary must be an integer of at least 256, got 255/],
      [{ parts: { hidden: 3 } }, /parts has an unknown field "hidden"/],
      [{ parts: { dropout: 1 } }, /parts\.dropout must be a number from 0 to 0\.9, got 1/],
      [{ parts: { width: 1e6 } }, /the model is too large/],
      [{ training: { clip: 0 } }, /training\.clip must be a number of at least 0\.000001, got 0/],
      [
        { training: { length: 999 } },
        /coins\.txt has 3240 tokens to train on, 32 streams of 1000 take 32000\. Give a sm/,
      ],
    ];
    for (const [config, message] of cases) {
      const said = await trained(place, 'lstm', config, ...COINS);
      expect([said.code, said.err]).toEqual([2, expect.stringMatching(message)]);
    }
  });

  test('data of another kind', async () => {
    await using place = await coins();
    await writeFile(place.path('few.txt'), 'heads');
    const cases: readonly (readonly [model: string, data: string, message: RegExp])[] = [
      ['lstm', 'digits', /unknown text "digits", and no file of that name/],
      ['lstm', 'moby-dik', /unknown text "moby-dik".*Did you mean moby-dick\?/],
      ['lstm', 'squares.idx', /squares\.idx is not UTF-8 text/],
      ['lstm', '.', /\. is no file\. A model of text takes a text file/],
      ['lstm', 'few.txt', /few\.txt has 5 characters, expected at least 100: a tenth is held out/],
      ['vae', 'coins.txt', /coins\.txt/],
      ['vae', 'moby-dick', /unknown data "moby-dick", and no file or folder of that name/],
    ];
    for (const [model, data, message] of cases) {
      const said = await place.genai('train', model, '--data', data, '--out', 'run', ...ENGINE);
      expect([said.code, said.err]).toEqual([2, expect.stringMatching(message)]);
      expect(said.err.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  test('what cannot be asked of a model of text, or of images', async () => {
    await using place = await coins();
    await trained(place, 'lstm', TINY, ...COINS, '--steps', '1');
    await writeFile(
      place.path('tiny.json'),
      JSON.stringify({ parts: { hidden: [4], latents: 2 }, training: { batch: 8 } }),
    );
    await place.genai(
      'train',
      'vae',
      '--data',
      'squares.idx',
      '--config',
      'tiny.json',
      '--out',
      'images',
      ...ENGINE,
      '--steps',
      '1',
    );
    await writeFile(place.path('bad.gbnf'), 'root ::= "heads');
    await writeFile(place.path('bad.json'), '{"type":');
    const cases: readonly (readonly [argv: readonly string[], message: RegExp])[] = [
      [['sample', 'run', '--prompt', 'edge'], /--prompt holds what the model has never seen: .*"g"/],
      [['sample', 'run', '--label', '1'], /lstm knows no classes\. Leave --label out/],
      [['sample', 'run', '--regex', 'h+', '--grammar', 'bad.gbnf'], /--regex and --grammar cannot be given together/],
      [['sample', 'run', '--regex', '(heads'], /--regex \(heads: /],
      [['sample', 'run', '--grammar', 'bad.gbnf'], /--grammar bad\.gbnf: /],
      [['sample', 'run', '--grammar', 'none.gbnf'], /none\.gbnf/],
      [['sample', 'run', '--json-schema', 'bad.json'], /--json-schema bad\.json: /],
      [['sample', 'images', '--out', 'a.png', '--prompt', 'h'], /vae draws images: leave --prompt out/],
      [['sample', 'images', '--out', 'a.png', '--top-k', '3'], /vae draws images: leave --top-k out/],
      [['sample', 'images', '--out', 'a.jpg'], /--out must name a \.png file, got "a\.jpg"/],
      [['sample', 'images'], /required option '--out <file>' not specified/],
      [
        ['eval', 'run', ...COINS, '--metrics', 'elbo'],
        /elbo cannot be measured of lstm\. Known for it: nllPerToken, bits/,
      ],
      [
        ['eval', 'run', ...COINS, '--count', '361'],
        /--count 361 is more than the 360 held-out characters of coins\.txt/,
      ],
      [['eval', 'run', '--data', 'squares.idx'], /squares\.idx is not UTF-8 text/],
      [['train', '--out', 'run', '--resume', '--health-steps', '3'], /lstm gives no health report/],
    ];
    const before = memory().numTensors;
    for (const [argv, message] of cases) {
      const said = await place.genai(...argv, ...ENGINE);
      expect([argv, said.code, said.out, said.err]).toEqual([argv, 2, '', expect.stringMatching(message)]);
      expect(said.err.trimEnd().split('\n')).toHaveLength(1);
    }
    expect(memory().numTensors).toBe(before);
  });

  test('a run goes on only with the text that it was begun with', async () => {
    await using place = await coins();
    await trained(place, 'lstm', { ...TINY, training: { ...training, length: 32 } }, ...COINS, '--steps', '2');
    const resume = (): Promise<Said> => place.genai('train', '--out', 'run', '--resume', '--steps', '3', ...ENGINE);
    await writeFile(place.path('coins.txt'), 'heads\n'.repeat(20));
    const shorter = await resume();
    expect([shorter.code, shorter.err]).toEqual([
      2,
      expect.stringMatching(/coins\.txt is shorter than what run was begun/),
    ]);
    await writeFile(place.path('coins.txt'), 'edge\n'.repeat(200));
    const other = await resume();
    expect([other.code, other.err]).toEqual([
      2,
      expect.stringMatching(/coins\.txt is not the text that run was begun with/),
    ]);
    const measured = await place.genai('eval', 'run', ...COINS, ...ENGINE);
    expect([measured.code, measured.err]).toEqual([2, expect.stringMatching(/"g"/)]);
  });
});
