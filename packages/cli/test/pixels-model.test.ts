import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { key, randomUniform } from '@genai/core';
import { decodePng, encodePng } from '@genai/data';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type Said, type World, world } from './world.js';

const ENGINE = ['--backend', 'simd'];
const SQUARES = ['--data', 'squares.idx'];
const file = (place: World, ...path: string[]): Promise<Buffer> => readFile(place.path(...path));

/** Trains a preset with the parts made tiny. */
async function trained(place: World, model: string, config: object, ...more: string[]): Promise<Said> {
  await writeFile(place.path('tiny.json'), JSON.stringify(config));
  return place.genai('train', model, '--config', 'tiny.json', '--out', 'run', ...ENGINE, '--json', ...more);
}

/** Writes PNGs of 8 × 8 pixels of one channel, `pixel(i, p)` that of image i at place p. */
async function pictures(place: World, folder: string, count: number, pixel: (i: number, p: number) => number) {
  await mkdir(place.path(folder), { recursive: true });
  for (let i = 0; i < count; i++) {
    const data = Uint8Array.from({ length: 64 }, (_, p) => pixel(i, p));
    await writeFile(place.path(folder, `${i}.png`), encodePng({ width: 8, height: 8, channels: 1, data }));
  }
}

/** Two classes whose images are all black, and all white but for a random column. */
async function twoShades(place: World): Promise<void> {
  for (const [label, grey] of [0, 255].entries()) {
    await pictures(place, `shades/class-${label}`, 20, (i, p) => (p % 8 === i % 8 ? 255 - grey : grey));
  }
}

/** The share of white pixels in each row of tiles of a grid of 8 × 8 images. */
async function rowShares(place: World, name: string): Promise<number[]> {
  const { width, height, data } = await decodePng(await file(place, name));
  return Array.from({ length: (height + 2) / 10 }, (_, row) => {
    let [sum, count] = [0, 0];
    for (let y = 10 * row; y < 10 * row + 8; y++) {
      for (let x = 0; x < width; x++) if (x % 10 < 8) [sum, count] = [sum + data[y * width + x]! / 255, count + 1];
    }
    return sum / count;
  });
}

const training = { batch: 8 };
const TINY: readonly (readonly [model: string, config: object])[] = [
  ['made', { parts: { hidden: [16] }, training }],
  ['pixelcnn', { parts: { layers: 1, width: 4 }, training }],
  ['gated-pixelcnn', { parts: { layers: 1, width: 4 }, training }],
  ['pixelcnn-levels', { parts: { layers: 1, width: 4 }, training }],
  ['pixelcnn-levels', { parts: { layers: 1, width: 4, pixels: 'mixture', mixtures: 2 }, training }],
];

describe('models of pixels', () => {
  for (const [model, config] of TINY) {
    test(`known answers: ${model} ${JSON.stringify(config)} trains, is drawn from and measured`, async () => {
      await using place = await world();
      const said = await trained(place, model, config, ...SQUARES, '--steps', '3');
      expect(said.json).toMatchObject({ ok: true, steps: 3 });
      const { loss, bitsPerDim } = said.json.metrics as { [name: string]: number };
      expect(bitsPerDim).toBeCloseTo(loss! / (64 * Math.LN2), 4);
      const drawn = await place.genai('sample', 'run', '--count', '5', '--out', 'five.png', ...ENGINE);
      expect([drawn.err, drawn.out]).toEqual(['', 'five.png: 5 images\n']);
      const grid = await decodePng(await file(place, 'five.png'));
      expect(grid.width % 10).toBe(8);
      const levels = new Set(grid.data).size;
      if (model === 'pixelcnn-levels') expect(levels).toBeGreaterThan(3);
      else expect(levels).toBeLessThanOrEqual(3); // black, white, and what stands between the images
      const measured = await place.genai('eval', 'run', ...SQUARES, ...ENGINE, '--json');
      expect(measured.json).toMatchObject({ ok: true, examples: 8, standardErrors: { nll: expect.any(Number) } });
      const scores = measured.json.metrics as { [name: string]: number };
      expect(scores.bitsPerDim).toBeCloseTo(scores.nll! / (64 * Math.LN2), 4);
      expect(Math.abs(scores.bitsPerDim! / bitsPerDim! - 1)).toBeLessThan(0.5); // of other pictures
      expect(memory().numTensors).toBe(0);
    });
  }

  test('known answers: coins have 1 bit each, for every kind of pixel', async () => {
    await using place = await world();
    const coins = (i: number) => randomUniform(key(i), 64);
    await pictures(place, 'coins', 80, (i, p) => (coins(i)[p]! < 0.5 ? 0 : 255));
    const parts = { layers: 1, width: 4 };
    for (const [model, config, above] of [
      ['made', { parts: { hidden: [4] }, training: { batch: 36, learningRate: 0.003 } }, 0.1],
      ['pixelcnn', { parts, training: { batch: 36, learningRate: 0.01 } }, 0.05],
      ['pixelcnn-levels', { parts, training: { batch: 36, learningRate: 0.03 } }, 0.1],
    ] as const) {
      await trained(place, model, config, '--data', 'coins', '--steps', '60', '--out', model);
      const { json } = await place.genai('eval', model, '--data', 'coins', ...ENGINE, '--json');
      const { bitsPerDim } = json.metrics as { [name: string]: number };
      expect(bitsPerDim).toBeGreaterThan(0.98); // the entropy, 512 coins more or less by chance
      expect(bitsPerDim).toBeLessThan(1 + above);
    }
  });

  test('laws: images of one pixel and of three colours', async () => {
    await using place = await world();
    await mkdir(place.path('dots'));
    for (let i = 0; i < 20; i++) {
      const data = Uint8Array.from([i % 2 === 0 ? 255 : 0, 10 * i, 0]);
      await writeFile(place.path('dots', `${i}.png`), encodePng({ width: 1, height: 1, channels: 3, data }));
    }
    for (const [i, [model, config]] of TINY.entries()) {
      await trained(place, model, config, '--data', 'dots', '--steps', '2', '--out', `run-${i}`);
      const drawn = await place.genai('sample', `run-${i}`, '--count', '4', '--out', 'four.png', ...ENGINE);
      expect([drawn.err, drawn.out]).toEqual(['', 'four.png: 4 images\n']);
      expect(await decodePng(await file(place, 'four.png'))).toMatchObject({ width: 4, height: 4, channels: 4 });
      const measured = await place.genai('eval', `run-${i}`, '--data', 'dots', ...ENGINE, '--json');
      const { nll, bitsPerDim } = measured.json.metrics as { [name: string]: number };
      expect(bitsPerDim).toBeCloseTo(nll! / (3 * Math.LN2), 4);
    }
    expect(memory().numTensors).toBe(0);
  });

  test('laws: a model that was stopped goes on as one that was not', async () => {
    await using place = await world();
    for (const [model, config] of [TINY[0]!, TINY[3]!]) {
      await writeFile(place.path('tiny.json'), JSON.stringify(config));
      const argv = ['train', model, ...SQUARES, '--config', 'tiny.json', '--steps', '8', ...ENGINE];
      expect((await place.genai(...argv, '--out', `${model}-whole`)).code).toBe(0);
      const said = await place.stopped((err) => /step 1\/8/.test(err), ...argv, '--out', `${model}-parts`);
      expect(said.code).toBe(130);
      const on = await place.genai('train', '--out', `${model}-parts`, '--resume', ...ENGINE);
      expect(on.err).toMatch(/going on after step/);
      for (const name of ['model.safetensors', 'state.safetensors', 'state.json', 'log.jsonl', 'config.json']) {
        const [parts, whole] = [await file(place, `${model}-parts`, name), await file(place, `${model}-whole`, name)];
        expect(parts.equals(whole), name).toBe(true);
      }
    }
    expect(memory().numTensors).toBe(0);
  });
});

describe('models of classes', () => {
  const CONDITIONAL: readonly (readonly [model: string, config: object, steps: string])[] = [
    [
      'conditional-gated-pixelcnn',
      { parts: { layers: 1, width: 4 }, training: { batch: 12, learningRate: 0.03 } },
      '60',
    ],
    ['made', { parts: { hidden: [8], conditional: true }, training: { batch: 12, learningRate: 0.03 } }, '60'],
  ];
  for (const [model, config, steps] of CONDITIONAL) {
    test(`known answers: a class of ${model} that is light is drawn light, one that is dark dark`, async () => {
      await using place = await world();
      await twoShades(place);
      const said = await trained(place, model, config, '--data', 'shades', '--steps', steps);
      expect(said.json).toMatchObject({ ok: true });
      expect(JSON.parse((await file(place, 'run', 'config.json')).toString())).toMatchObject({ data: { classes: 2 } });
      const all = await place.genai('sample', 'run', '--label', 'all', '--count', '9', '--out', 'all.png', ...ENGINE);
      expect(all.out).toBe('all.png: 10 images\n');
      const [dark, light] = await rowShares(place, 'all.png');
      expect(dark).toBeLessThan(0.4);
      expect(light).toBeGreaterThan(0.6);
      await place.genai('sample', 'run', '--label', '1', '--count', '4', '--out', 'one.png', ...ENGINE);
      for (const share of await rowShares(place, 'one.png')) expect(share).toBeGreaterThan(0.5);
      await place.genai('sample', 'run', '--count', '2', '--out', 'turn.png', ...ENGINE); // each class in turn
      const none = await place.genai('sample', 'run', '--label', '2', '--out', 'a.png', ...ENGINE);
      expect([none.code, none.err]).toEqual([2, expect.stringMatching(/--label 2 is no class.*it has 2, 0 to 1/)]);
      const unlabelled = await place.genai('eval', 'run', ...SQUARES, ...ENGINE);
      expect([unlabelled.code, unlabelled.err]).toEqual([2, expect.stringMatching(/the data have no labels/)]);
      const measured = await place.genai('eval', 'run', '--data', 'shades', ...ENGINE, '--json');
      const { nll } = measured.json.metrics as { [name: string]: number };
      expect(nll).toBeGreaterThan(Math.log(8)); // eight columns equally likely, a class given
      expect(nll).toBeLessThan(12); // without the class it is more by ln 2, and of coins 44
      expect(memory().numTensors).toBe(0);
    });
  }
});

describe('errors', () => {
  test('a wrong configuration of a model of pixels names the field', async () => {
    await using place = await world();
    const cases: readonly (readonly [model: string, config: object, message: RegExp])[] = [
      [
        'made',
        { parts: { layers: 2 } },
        /parts\.layers does not belong to made parts, which have hidden, direct, cond/,
      ],
      ['made', { parts: { pixels: 'levels' } }, /parts\.pixels does not belong to made parts/],
      ['made', { parts: { hidden: [] } }, /parts\.hidden is empty: a masked autoencoder has at least one hidden layer/],
      ['made', { parts: { hiden: [4] } }, /parts has an unknown field "hiden"\. Did you mean hidden\?/],
      ['made', { parts: { conditional: 1 } }, /parts\.conditional must be true or false, got 1/],
      [
        'pixelcnn',
        { parts: { hidden: [4] } },
        /parts\.hidden does not belong to pixelcnn parts, which have layers, wi/,
      ],
      [
        'pixelcnn',
        { parts: { kind: 'flow' } },
        /parts\.kind must be one of made, pixelcnn, gated-pixelcnn, got "flow"/,
      ],
      ['pixelcnn', { parts: { layers: 0 } }, /parts\.layers must be an integer of at least 1, got 0/],
      [
        'gated-pixelcnn',
        { parts: { pixels: 'grey' } },
        /parts\.pixels must be one of binary, levels, mixture, got "grey"/,
      ],
      ['gated-pixelcnn', { training: { clip: 0 } }, /training\.clip must be a number of at least 0\.000001, got 0/],
      ['gated-pixelcnn', { training: { beta: 1 } }, /training has an unknown field "beta"/],
      ['pixelcnn-levels', { parts: { mixtures: 0 } }, /parts\.mixtures must be an integer of at least 1, got 0/],
      ['pixelcnn-levels', { parts: { pixels: 'mixture', mixtures: 1e9 } }, /the model is too large/],
      ['pixelcnn-levels', { parts: { layers: 101 } }, /the model is too large: 101 layers/],
      ['pixelcnn', { parts: { width: 1e5 } }, /the model is too large/],
      ['made', { parts: { hidden: [1e7] } }, /the model is too large/],
    ];
    for (const [model, config, message] of cases) {
      const said = await trained(place, model, config, ...SQUARES, '--batch', '8');
      expect([said.code, said.err]).toEqual([2, expect.stringMatching(message)]);
    }
    const without = await trained(place, 'conditional-gated-pixelcnn', {}, ...SQUARES);
    expect([without.code, without.err]).toEqual([2, expect.stringMatching(/the data have no labels\. Take digits/)]);
  });

  test('classes and metrics that a model of pixels does not know', async () => {
    await using place = await world();
    await trained(place, ...TINY[1]!, ...SQUARES, '--steps', '1');
    const label = await place.genai('sample', 'run', '--label', '1', '--out', 'a.png', ...ENGINE);
    expect([label.code, label.err]).toEqual([
      2,
      expect.stringMatching(/pixelcnn knows no classes\. Leave --label out/),
    ]);
    const other = await place.genai('eval', 'run', ...SQUARES, ...ENGINE, '--metrics', 'elbo');
    expect(other.err).toMatch(/elbo cannot be measured of pixelcnn\. Known for it: nll, bitsPerDim/);
    const health = await trained(place, ...TINY[1]!, ...SQUARES, '--health-steps', '5', '--resume');
    expect(health.err).toMatch(/pixelcnn gives no health report/);
    const help = await place.genai('train', '--help');
    expect(help.out).toMatch(/autoregressive models of pictures\n {2}made .*\n {2}pixelcnn .*\n {2}gated-pixelcnn /);
  });
});
