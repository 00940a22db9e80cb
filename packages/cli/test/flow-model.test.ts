import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { key, randomUniform } from '@genai/core';
import { decodePng, encodePng } from '@genai/data';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { idx, type Said, type World, world } from './world.js';

const ENGINE = ['--backend', 'simd'];
const SQUARES = ['--data', 'squares.idx'];
const file = (place: World, ...path: string[]): Promise<Buffer> => readFile(place.path(...path));
const logged = async (place: World, folder: string): Promise<{ [name: string]: number }[]> =>
  (await file(place, folder, 'log.jsonl'))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Trains a preset with the parts made tiny. */
async function trained(place: World, model: string, config: object, ...more: string[]): Promise<Said> {
  await writeFile(place.path('tiny.json'), JSON.stringify(config));
  return place.genai('train', model, '--config', 'tiny.json', '--out', 'run', ...ENGINE, '--json', ...more);
}

const training = { batch: 8 };
const TINY: readonly (readonly [model: string, config: object])[] = [
  ['flow', { parts: { couplings: 2, hidden: 2, noise: 2 }, training }],
  ['flow-multiscale', { parts: { hidden: [2, 2, 2] }, training }],
  ['glow', { parts: { steps: 1, hidden: 4 }, training }],
];

describe('flows', () => {
  for (const [model, config] of TINY) {
    test(`known answers: ${model} trains, is drawn from and measured`, async () => {
      await using place = await world();
      const said = await trained(place, model, config, ...SQUARES, '--steps', '4');
      expect(said.json).toMatchObject({ ok: true, steps: 4 });
      const { loss, bitsPerDim } = said.json.metrics as { [name: string]: number };
      expect(bitsPerDim).toBeCloseTo(loss! / (64 * Math.LN2), 4);
      const drawn = await place.genai('sample', 'run', '--count', '5', '--out', 'five.png', ...ENGINE);
      expect([drawn.err, drawn.out]).toEqual(['', 'five.png: 5 images\n']);
      expect((await decodePng(await file(place, 'five.png'))).width % 10).toBe(8);
      const cool = await place.genai(
        'sample',
        'run',
        '--count',
        '5',
        '--temperature',
        '0.5',
        '--out',
        'cool.png',
        ...ENGINE,
      );
      expect(cool.err).toBe('');
      expect((await file(place, 'cool.png')).equals(await file(place, 'five.png'))).toBe(false);
      const measured = await place.genai('eval', 'run', ...SQUARES, ...ENGINE, '--samples', '4', '--json');
      expect(measured.json).toMatchObject({
        ok: true,
        examples: 8,
        standardErrors: { bitsPerDimBound: expect.any(Number) },
      });
      const scores = measured.json.metrics as { [name: string]: number };
      expect(Object.keys(scores)).toEqual(['bitsPerDimBound']);
      expect(Math.abs(scores.bitsPerDimBound! / bitsPerDim! - 1)).toBeLessThan(0.3); // of other pictures
      expect(memory().numTensors).toBe(0);
    });
  }

  test('known answers: pixels of two equally likely levels have 1 bit, and a glow begins at 1.25', async () => {
    await using place = await world();
    await mkdir(place.path('noise'));
    for (let i = 0; i < 60; i++) {
      const data = Uint8Array.from(randomUniform(key(i), 64), (u) => 100 + Number(u < 0.5));
      await writeFile(place.path('noise', `${i}.png`), encodePng({ width: 8, height: 8, channels: 1, data }));
    }
    const config = { parts: { steps: 2, hidden: 4 }, training: { batch: 32, learningRate: 0.01 } };
    await trained(place, 'glow', config, '--data', 'noise', '--steps', '20');
    // Made continuous they are uniform over two cells, 2 · U(0, 1), of variance 4 / 12. At first actnorm fits a normal to that (couplings,
    // whose scale is about 0.88 at first, cost 0.02 bits more), and of pixels that tell nothing of each other affine maps learn no more.
    const fitted = Math.log2(2 * Math.PI * Math.E * (4 / 12)) / 2;
    const [first] = await logged(place, 'run');
    expect(Math.abs(first!.bitsPerDim! - fitted)).toBeLessThan(0.05);
    const measured = await place.genai('eval', 'run', '--data', 'noise', ...ENGINE, '--samples', '8', '--json');
    const { bitsPerDimBound } = measured.json.metrics as { [name: string]: number };
    expect(bitsPerDimBound).toBeGreaterThan(1); // the entropy
    expect(bitsPerDimBound).toBeLessThan(fitted + 0.05);
  });

  test('laws: a glow that was stopped goes on as one that was not, from data only once', async () => {
    await using place = await world();
    await writeFile(place.path('tiny.json'), JSON.stringify(TINY[2]![1]));
    const argv = ['train', 'glow', ...SQUARES, '--config', 'tiny.json', '--steps', '8', ...ENGINE];
    expect((await place.genai(...argv, '--out', 'whole')).code).toBe(0);
    const said = await place.stopped((err) => /step 1\/8/.test(err), ...argv, '--out', 'parts');
    expect(said.code).toBe(130);
    const on = await place.genai('train', '--out', 'parts', '--resume', ...ENGINE);
    expect(on.err).toMatch(/going on after step/);
    for (const name of ['model.safetensors', 'state.safetensors', 'state.json', 'log.jsonl', 'config.json']) {
      expect((await file(place, 'parts', name)).equals(await file(place, 'whole', name)), name).toBe(true);
    }
    expect(memory().numTensors).toBe(0);
  });
});

describe('errors', () => {
  test('a wrong configuration of a flow names the field', async () => {
    await using place = await world();
    const cases: readonly (readonly [model: string, config: object, message: RegExp])[] = [
      [
        'flow',
        { parts: { levels: 2 } },
        /parts\.levels does not belong to checkerboard parts, which have couplings, hidden, noise/,
      ],
      [
        'flow',
        { parts: { kind: 'pixels' } },
        /parts\.kind must be one of checkerboard, multiscale, glow, got "pixels"/,
      ],
      ['flow', { parts: { couplings: 0 } }, /parts\.couplings must be an integer of at least 1, got 0/],
      [
        'flow-multiscale',
        { parts: { hidden: [2, 2] } },
        /parts\.hidden must be a list of 3 integers of at least 1, got \[2,2\]/,
      ],
      [
        'glow',
        { parts: { kind: 'glow', levels: 2, steps: 1, hidden: 2, noise: -1 } },
        /parts\.noise must be an integer of at least 0/,
      ],
      ['glow', { training: { clip: 0 } }, /training\.clip must be a number of at least 0\.000001, got 0/],
      ['glow', { training: { beta: 1 } }, /training has an unknown field "beta"/],
      ['glow', { parts: { levels: 1e15 } }, /the model is too large/],
      ['glow', { parts: { hidden: 1e6 } }, /the model is too large/],
      [
        'glow',
        { parts: { levels: 4 } },
        /glow needs images whose sides are multiples of 16, got 8 by 8\. Give fewer "levels"/,
      ],
    ];
    for (const [model, config, message] of cases) {
      const said = await trained(place, model, config, ...SQUARES);
      expect([said.code, said.err]).toEqual([2, expect.stringMatching(message)]);
    }
    await writeFile(place.path('six.idx'), idx(80, 6));
    const sides = await trained(place, 'flow-multiscale', {}, '--data', 'six.idx');
    expect(sides.err).toMatch(/needs images whose sides are multiples of 4, got 6 by 6\. Use the model "flow"/);
  });

  test('classes and metrics that a flow does not know', async () => {
    await using place = await world();
    await trained(place, ...TINY[2]!, ...SQUARES, '--steps', '1');
    const label = await place.genai('sample', 'run', '--label', '1', '--out', 'a.png', ...ENGINE);
    expect([label.code, label.err]).toEqual([2, expect.stringMatching(/glow knows no classes\. Leave --label out/)]);
    const other = await place.genai('eval', 'run', ...SQUARES, ...ENGINE, '--metrics', 'elbo');
    expect(other.err).toMatch(/elbo cannot be measured of glow\. Known for it: bitsPerDimBound/);
    const health = await trained(place, ...TINY[2]!, ...SQUARES, '--health-steps', '5', '--resume');
    expect(health.err).toMatch(/glow gives no health report/);
    const help = await place.genai('train', '--help');
    expect(help.out).toMatch(/normalising flows\n {2}flow .*\n {2}flow-multiscale .*\n {2}glow /);
  });
});

describe('repro', () => {
  const findings = (said: Said): readonly { readonly ours: number; readonly published: string }[] =>
    said.json.findings as ReturnType<typeof findings>;

  test('laws: flow-mnist-multiscale measures what it averaged, and goes on when stopped', async () => {
    await using place = await world();
    await writeFile(place.path('many.idx'), idx(180, 4));
    const argv = ['repro', 'flow-mnist-multiscale', '--data', 'many.idx', '--limit', '2', ...ENGINE, '--json'];
    const said = await place.stopped((err) => /step 1\/2/.test(err), ...argv, '--out', 'parts');
    expect(said.code).toBe(130);
    const parts = await place.genai(...argv, '--out', 'parts');
    const whole = await place.genai(...argv, '--out', 'whole');
    expect(whole.json.steps).toBe(2); // 135 of 162 images to train on, a batch of 128 an epoch
    expect(findings(parts)).toEqual(findings(whole));
    expect(findings(whole)[0]).toMatchObject({ published: '1.020', unit: 'bits/dim' });
    expect(whole.err).toMatch(/epoch 2: \d.* bits\/dim on images held out/);
    expect(whole.json.protocol).toContain('2 epochs');
    expect(memory().numTensors).toBe(0);
  });

  test('known answers: learned noise is uniform at first, so that both flows of one scale begin alike', async () => {
    await using place = await world();
    await writeFile(place.path('many.idx'), idx(180, 4));
    const argv = ['--data', 'many.idx', '--limit', '1', ...ENGINE, '--json'];
    const [simple, learned] = [
      await place.genai('repro', 'flow-mnist-simple', ...argv),
      await place.genai('repro', 'flow-mnist-vardeq', ...argv),
    ];
    expect([findings(simple)[0]!.published, findings(learned)[0]!.published]).toEqual(['1.078', '1.043']);
    const [first, second] = [findings(simple)[0]!.ours, findings(learned)[0]!.ours];
    expect(Math.abs(first / second - 1)).toBeLessThan(0.2); // after a step, and with other draws of the noise
  });
});
