import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { decodePng } from '@genai/data';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { idx, type World, world } from './world.js';

const SMALL = JSON.stringify({
  parts: { hidden: [10], latents: 3 },
  training: { batch: 8, warmup: 10, freeBits: 0.01 },
});
const BASE = [
  'train',
  'vae',
  '--data',
  'squares.idx',
  '--config',
  'small.json',
  '--backend',
  'cpu',
  '--seed',
  '3',
  '--json',
];

async function small(): Promise<World> {
  const place = await world();
  await writeFile(place.path('small.json'), SMALL);
  return place;
}

const bytes = (place: World, folder: string, name: string): Promise<Buffer> => readFile(place.path(folder, name));
const lines = async (place: World, folder: string): Promise<string[]> =>
  (await bytes(place, folder, 'log.jsonl')).toString().trimEnd().split('\n');

describe('train', () => {
  test('writes a whole checkpoint and one JSON line; the loss falls', async () => {
    await using place = await small();
    const said = await place.genai(...BASE, '--out', 'run', '--steps', '150', '--learning-rate', '0.01');
    expect(said.err).toMatch(/vae on squares\.idx, 72 images, engine cpu/);
    expect(said.code).toBe(0);
    expect(said.out.trimEnd().split('\n')).toHaveLength(1);
    expect(said.json).toMatchObject({ ok: true, command: 'train', steps: 150 });
    expect((await readdir(place.path('run'))).filter((name) => !name.startsWith('.')).sort()).toEqual(
      (said.json.files as string[]).map((name) => name.replace('run/', '')).sort(),
    );
    const config = JSON.parse((await bytes(place, 'run', 'config.json')).toString());
    expect(config).toMatchObject({
      family: 'vae',
      preset: 'vae',
      parts: { kind: 'dense', hidden: [10], latents: 3 },
      data: { spec: 'squares.idx', shape: [8, 8, 1] },
      training: { batch: 8, learningRate: 0.01, seed: 3, warmup: 10, freeBits: 0.01 },
    });
    const losses = (await lines(place, 'run')).map((line) => JSON.parse(line) as { step: number; loss: number });
    expect(losses.map(({ step }) => step)).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
    const mean = (part: { loss: number }[]) => part.reduce((sum, { loss }) => sum + loss, 0) / part.length;
    expect(mean(losses.slice(-20))).toBeLessThan(0.9 * mean(losses.slice(0, 5)));
    expect(said.json.metrics).toMatchObject({ loss: losses.at(-1)!.loss });
  });

  test('law: interrupted and resumed, a run has the losses and bytes of one that was not', async () => {
    await using place = await small();
    expect((await place.genai(...BASE, '--out', 'whole', '--steps', '14')).code).toBe(0);

    expect((await place.genai(...BASE, '--out', 'parts', '--steps', '5')).code).toBe(0);
    // A crash after the last save: the log has gone on, the checkpoint has not.
    const log = (await bytes(place, 'parts', 'log.jsonl')).toString();
    await writeFile(place.path('parts', 'log.jsonl'), `${log}{"step":6,"loss":1}\n{"step":7,"lo`);
    const middle = await place.genai(
      'train',
      '--out',
      'parts',
      '--resume',
      '--steps',
      '9',
      '--backend',
      'cpu',
      '--json',
    );
    expect(middle.json).toMatchObject({ ok: true, steps: 9 });
    expect(middle.err).toMatch(/going on after step 5/);
    expect(
      (
        await place.genai(
          ...BASE.filter((a) => a !== '--config' && a !== 'small.json'),
          '--out',
          'parts',
          '--resume',
          '--steps',
          '14',
        )
      ).code,
    ).toBe(0);

    expect(await lines(place, 'parts')).toEqual(await lines(place, 'whole'));
    for (const name of ['model.safetensors', 'state.safetensors', 'state.json', 'config.json']) {
      expect((await bytes(place, 'parts', name)).equals(await bytes(place, 'whole', name)), name).toBe(true);
    }
  });

  test('law: stopped by Ctrl-C it saves, exits 130 and goes on exactly', async () => {
    await using place = await small();
    const argv = [...BASE, '--steps', '40'];
    expect((await place.genai(...argv, '--out', 'whole')).code).toBe(0);
    const said = await place.stopped((err) => /step 1\/40/.test(err), ...argv, '--out', 'parts');
    expect(said.code).toBe(130);
    expect(said.json).toMatchObject({ ok: false, command: 'train', error: { name: 'Stopped' } });
    const made = said.json.steps as number;
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(40);
    expect(await lines(place, 'parts')).toHaveLength(made);
    expect((await place.genai('train', '--out', 'parts', '--resume', '--steps', '40', '--backend', 'cpu')).code).toBe(
      0,
    );
    expect(await lines(place, 'parts')).toEqual(await lines(place, 'whole'));
  });

  test('saves every so many steps', async () => {
    await using place = await small();
    const said = await place.stopped(
      (err) => /step 1\/20/.test(err),
      ...BASE,
      '--out',
      'run',
      '--steps',
      '20',
      '--save-steps',
      '1',
    );
    expect(said.code).toBe(130);
    const state = JSON.parse((await bytes(place, 'run', 'state.json')).toString());
    expect(state.step).toBe(said.json.steps);
  });

  test('errors: a folder that holds a run is not overwritten, and a resumed run stays what it was', async () => {
    await using place = await small();
    expect((await place.genai(...BASE, '--out', 'run', '--steps', '2')).code).toBe(0);
    const before = await bytes(place, 'run', 'model.safetensors');
    const again = await place.genai(...BASE, '--out', 'run', '--steps', '2');
    expect(again.code).toBe(2);
    expect(again.err).toMatch(/run holds a model already\. Add --resume/);
    const other = await place.genai('train', '--out', 'run', '--resume', '--seed', '4', '--backend', 'cpu');
    expect(other.code).toBe(2);
    expect(other.err).toMatch(/run was begun with --seed 3, not 4/);
    const renamed = await place.genai('train', 'vae-conv', '--out', 'run', '--resume', '--backend', 'cpu');
    expect(renamed.err).toMatch(/begun with the model vae, not vae-conv/);
    expect((await bytes(place, 'run', 'model.safetensors')).equals(before)).toBe(true);
  });

  test('the steps of a run are kept, and the very command that began a run goes on with it', async () => {
    await using place = await small();
    const said = await place.stopped(
      (err) => /step 1\/12/.test(err),
      ...BASE,
      '--out',
      'run',
      '--steps',
      '12',
      '--resume',
    );
    expect(said.code).toBe(130);
    const on = await place.genai('train', '--out', 'run', '--resume', '--backend', 'cpu', '--json');
    expect(on.json).toMatchObject({ ok: true, steps: 12 });
    expect((await place.genai(...BASE, '--out', 'run', '--steps', '12', '--resume')).json).toMatchObject({ steps: 12 });
    const more = await place.genai(...BASE, '--out', 'run', '--steps', '15', '--resume');
    expect(more.json).toMatchObject({ ok: true, steps: 15 });
    expect(JSON.parse((await bytes(place, 'run', 'config.json')).toString()).training.steps).toBe(15);
    expect(await lines(place, 'run')).toHaveLength(15);
  });

  test('a run is kept from its beginning, before the first step is due to be saved', async () => {
    await using place = await small();
    await place.genai(...BASE, '--out', 'run', '--steps', '1', '--learning-rate', '1e38');
    const failed = await place.genai(...BASE, '--out', 'wild', '--steps', '9', '--learning-rate', '1e38');
    expect(failed.code).toBe(1);
    expect(failed.json).toMatchObject({ ok: false, error: { name: 'NotFiniteError' } });
    expect(failed.err).not.toMatch(/\n\s+at /);
    const kept = JSON.parse((await bytes(place, 'wild', 'state.json')).toString()).step as number;
    expect(failed.err).toContain(`keeps the state after step ${kept}`);
    expect(await lines(place, 'wild')).toHaveLength(kept);
  });

  test('errors: a run goes on only as what it was, and a state.json of another run is refused', async () => {
    await using place = await small();
    expect((await place.genai(...BASE, '--out', 'run', '--steps', '6')).code).toBe(0);
    const before = memory().numTensors;
    const fewer = await place.genai('train', '--out', 'run', '--resume', '--steps', '5', '--backend', 'cpu');
    expect([fewer.code, fewer.err]).toEqual([
      2,
      expect.stringMatching(/run has made 6 steps, more than the 5 asked for/),
    ]);
    await writeFile(place.path('other.json'), '{"parts":{"hidden":[11],"latents":3},"training":{"batch":8}}');
    const other = await place.genai(...BASE.map((a) => a.replace('small', 'other')), '--out', 'run', '--resume');
    expect([other.code, other.err]).toEqual([
      2,
      expect.stringMatching(/begun with other settings than other\.json has/),
    ]);
    const state = JSON.parse((await bytes(place, 'run', 'state.json')).toString());
    for (const change of [{ key: [1, 2] }, { cursor: 2 ** 53 - 1 }, { step: 3 }]) {
      await writeFile(place.path('run', 'state.json'), JSON.stringify({ ...state, ...change }));
      const said = await place.genai('train', '--out', 'run', '--resume', '--steps', '9', '--backend', 'cpu');
      expect([said.code, said.err]).toEqual([2, expect.stringMatching(/state\.json of .* is not that of this run/)]);
    }
    expect(memory().numTensors).toBe(before);
    await writeFile(place.path('squares.idx'), idx(5, 8));
    await writeFile(place.path('run', 'state.json'), JSON.stringify(state));
    const less = await place.genai('train', '--out', 'run', '--resume', '--steps', '9', '--backend', 'cpu');
    expect([less.code, less.err]).toEqual([2, expect.stringMatching(/has 4 images.*begun with batches of 8/)]);
  });

  test('errors: a wrong configuration names the field', async () => {
    await using place = await world();
    const cases: readonly (readonly [json: string, message: RegExp])[] = [
      ['{', /c\.json is not JSON/],
      ['[]', /c\.json must be an object, got \[\]/],
      ['{"trainig":{}}', /unknown field "trainig"\. Did you mean training\?/],
      ['{"parts":{"latent":3}}', /c\.json\.parts has an unknown field "latent"\. Did you mean latents\?/],
      ['{"parts":{"latents":0}}', /c\.json\.parts\.latents must be an integer of at least 1, got 0/],
      ['{"parts":{"hidden":16}}', /c\.json\.parts\.hidden must be a list of integers of at least 1, got 16/],
      ['{"training":{"beta":"high"}}', /c\.json\.training\.beta must be a number of at least 0, got "high"/],
      ['{"parts":{"width":4}}', /c\.json\.parts\.width belongs to convolutional parts/],
      [
        '{"parts":{"kind":"convolutional","width":2}}',
        /c\.json\.parts\.latents must be an integer of at least 1, got nothing/,
      ],
      ['{"family":"gan"}', /c\.json\.family must be one of vae, got "gan"/],
    ];
    for (const [json, message] of cases) {
      await writeFile(place.path('c.json'), json);
      const said = await place.genai(
        'train',
        'vae',
        '--data',
        'squares.idx',
        '--out',
        'run',
        '--config',
        'c.json',
        '--backend',
        'cpu',
      );
      expect(said.err).toMatch(message);
      expect(said.code).toBe(2);
    }
    const missing = await place.genai(
      'train',
      'vae',
      '--data',
      'squares.idx',
      '--out',
      'run',
      '--config',
      'no.json',
      '--backend',
      'cpu',
    );
    expect(missing.err).toMatch(/cannot read --config no\.json/);
  });

  test('the convolutional preset trains too', async () => {
    await using place = await world();
    await writeFile(
      place.path('small.json'),
      JSON.stringify({ parts: { width: 2, latents: 2 }, training: { batch: 4 } }),
    );
    const said = await place.genai(
      'train',
      'vae-conv',
      '--data',
      'squares.idx',
      '--config',
      'small.json',
      '--out',
      'run',
      '--steps',
      '2',
      '--backend',
      'cpu',
      '--json',
    );
    expect(said.json).toMatchObject({ ok: true, steps: 2 });
  });
});

describe('sample and eval', () => {
  test('draw a grid and measure, from the folder alone', async () => {
    await using place = await small();
    expect((await place.genai(...BASE, '--out', 'run', '--steps', '60', '--learning-rate', '0.01')).code).toBe(0);
    await rm(place.path('run', 'state.safetensors')); // a model is enough
    await rm(place.path('run', 'state.json'));

    const drawn = await place.genai(
      'sample',
      'run',
      '--count',
      '6',
      '--out',
      'pictures/six.png',
      '--backend',
      'cpu',
      '--json',
    );
    expect(drawn.json).toMatchObject({ ok: true, command: 'sample', files: ['pictures/six.png'], count: 6 });
    const picture = await decodePng(await readFile(place.path('pictures', 'six.png')));
    expect([picture.width, picture.height]).toEqual([3 * 8 + 2 * 2, 2 * 8 + 2]);
    const again = await place.genai('sample', 'run', '--count', '6', '--out', 'again.png', '--backend', 'cpu');
    expect(again.out).toBe('again.png: 6 images\n');
    expect((await readFile(place.path('again.png'))).equals(await readFile(place.path('pictures', 'six.png')))).toBe(
      true,
    );
    await place.genai('sample', 'run', '--count', '6', '--out', 'other.png', '--seed', '1', '--backend', 'cpu');
    expect((await readFile(place.path('other.png'))).equals(await readFile(place.path('again.png')))).toBe(false);

    const measured = await place.genai(
      'eval',
      'run',
      '--data',
      'squares.idx',
      '--samples',
      '32',
      '--backend',
      'cpu',
      '--json',
    );
    expect(measured.json).toMatchObject({ ok: true, command: 'eval', examples: 8, samples: 32 });
    const { elbo, importanceWeightedNll } = measured.json.metrics as { elbo: number; importanceWeightedNll: number };
    expect(elbo).toBeLessThan(0);
    expect(importanceWeightedNll).toBeLessThan(-elbo); // 32 samples tighten the bound
    expect(importanceWeightedNll).toBeGreaterThan(0);

    const one = await place.genai(
      'eval',
      'run',
      '--data',
      'squares.idx',
      '--metrics',
      'elbo',
      '--count',
      '3',
      '--backend',
      'cpu',
    );
    expect(one.out).toMatch(/^elbo {2}-\d+\.\d+ ± \d+\.\d+ nats\n$/);
    const many = await place.genai('eval', 'run', '--data', 'squares.idx', '--count', '9', '--backend', 'cpu');
    expect(many.err).toMatch(/--count 9 is more than the 8 held-out images/);
    expect(many.code).toBe(2);
  });

  test('errors: a damaged model is refused', async () => {
    await using place = await small();
    expect((await place.genai(...BASE, '--out', 'run', '--steps', '1')).code).toBe(0);
    const config = JSON.parse((await bytes(place, 'run', 'config.json')).toString());
    await writeFile(
      place.path('run', 'config.json'),
      JSON.stringify({ ...config, parts: { ...config.parts, latents: 4 } }),
    );
    const other = await place.genai('sample', 'run', '--out', 'a.png', '--backend', 'cpu');
    expect(other.code).toBe(2);
    expect(other.err).toMatch(/encoder\.1\.1\.weight/);
    await writeFile(place.path('run', 'model.safetensors'), 'nothing');
    expect((await place.genai('sample', 'run', '--out', 'a.png', '--backend', 'cpu')).code).toBe(2);
  });
});
