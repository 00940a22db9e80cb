import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { idx, labelledFolder, world } from './world.js';

type Finding = {
  readonly what: string;
  readonly metric: string;
  readonly unit: string;
  readonly ours: number;
  readonly published: string | null;
};
const findings = (said: { readonly json: { readonly [name: string]: unknown } }): readonly Finding[] =>
  said.json.findings as readonly Finding[];

describe('repro', () => {
  test('without a name it lists the protocols', async () => {
    await using place = await world();
    const said = await place.genai('repro');
    expect(said.code).toBe(0);
    expect(said.out).toMatch(/^vae-fashion .*\n/);
    expect(said.out).toMatch(/\nring +modes of a ring/);
    expect((await place.genai('repro', '--json')).json.protocols).toHaveLength(said.out.trimEnd().split('\n').length);
  });

  test('ring: prints ours beside theirs and keeps the result', async () => {
    await using place = await world();
    const said = await place.genai('repro', 'ring', '--limit', '30', '--backend', 'simd', '--seed', '1');
    expect(said.code).toBe(0);
    expect(said.out).toMatch(/modes found of 8: \d.*published 7\.9 ± 0\.1 \(PacGAN2\), difference/);
    expect(said.out).toContain('30 steps of 256 points');
    const result = JSON.parse(await readFile(place.path('genai-repro', 'ring-seed1-limit30', 'result.json'), 'utf8'));
    expect(result).toMatchObject({ name: 'ring', seed: 1, engine: expect.stringContaining('simd') });
    expect(memory().numTensors).toBe(0);
  });

  test('law: what was stopped goes on to the same figures', async () => {
    await using place = await world();
    const argv = ['repro', 'grid', '--limit', '60', '--backend', 'simd', '--json'];
    const said = await place.stopped((err) => /step 1\/60/.test(err), ...argv, '--out', 'parts');
    expect(said.code).toBe(130);
    expect(said.json.steps).toBeLessThan(60);
    const parts = await place.genai(...argv, '--out', 'parts');
    const whole = await place.genai(...argv, '--out', 'whole');
    expect(parts.code).toBe(0);
    expect(findings(parts)).toEqual(findings(whole));
    expect(findings(whole)).toHaveLength(3);
  });

  test('vae-fashion: trains, measures with the averaged parameters, and goes on when stopped', async () => {
    await using place = await world();
    await writeFile(place.path('many.idx'), idx(150, 4));
    const argv = ['repro', 'vae-fashion', '--data', 'many.idx', '--limit', '6', '--backend', 'simd', '--json'];
    const said = await place.stopped((err) => /step [1-9]/.test(err), ...argv, '--out', 'parts');
    expect(said.code).toBe(130);
    const parts = await place.genai(...argv, '--out', 'parts');
    const whole = await place.genai(...argv, '--out', 'whole');
    expect(whole.code).toBe(0);
    expect(whole.json.steps).toBe(6); // 113 of 135 images to train on, a batch of 100 an epoch
    expect(findings(parts)).toEqual(findings(whole));
    const kept = await readFile(place.path('whole', 'vae-fashion-seed0-limit6', 'model', 'model.safetensors'));
    expect(kept.toString('latin1', 8, 400)).toContain('decoder');
    const [few, many] = findings(whole);
    expect(few!.published).toBe('228.70 ± 0.15');
    expect(many!.ours).toBeLessThanOrEqual(few!.ours + 0.2); // a bound tightens with its draws
    expect(many!.ours).toBeGreaterThan(0);
    expect(memory().numTensors).toBe(0);
  });

  test('iwae-mnist and vae-mnist: one model by two bounds', async () => {
    await using place = await world();
    await writeFile(place.path('many.idx'), idx(150, 4));
    const argv = ['--data', 'many.idx', '--limit', '4', '--backend', 'simd', '--json'];
    const [one, five] = [
      await place.genai('repro', 'vae-mnist', ...argv),
      await place.genai('repro', 'iwae-mnist', ...argv),
    ];
    expect(findings(one)[1]!.published).toBe('86.76');
    expect(findings(five)[1]!.published).toBe('85.54');
    for (const said of [one, five]) {
      expect(said.json.steps).toBe(8); // two batches of 50 out of 135 images an epoch
      const first = -16 * Math.log(0.5); // what a model that knows nothing gives for 4 × 4 pixels
      expect(findings(said)[1]!.ours).toBeLessThan(first);
    }
    expect(memory().numTensors).toBe(0);
  });

  test('fashion-classifier: writes the file that it measures', async () => {
    await using place = await world();
    await labelledFolder(place.path('set'));
    const said = await place.genai(
      'repro',
      'fashion-classifier',
      '--data',
      'set',
      '--limit',
      '8',
      '--backend',
      'simd',
      '--json',
    );
    expect(said.code).toBe(0);
    expect(findings(said)[0]!.ours).toBeGreaterThan(90); // a bar above or below
    const file = await readFile(
      place.path('genai-repro', 'fashion-classifier-seed0-limit8', 'net', 'model.safetensors'),
    );
    expect(said.err).toContain(createHash('sha256').update(file).digest('hex'));
    expect(memory().numTensors).toBe(0);
  });

  test('stacked-mnist and fashion-gan: a few steps give all figures', async () => {
    await using place = await world();
    await labelledFolder(place.path('set'));
    const argv = ['--data', 'set', '--limit', '2', '--backend', 'simd', '--json'];
    const stacked = await place.genai('repro', 'stacked-mnist', ...argv);
    expect(findings(stacked)[0]!.ours).toBeGreaterThanOrEqual(1);
    expect(stacked.json.protocol).toContain('500 samples');
    const clothes = await place.genai('repro', 'fashion-gan', ...argv);
    expect(findings(clothes).map(({ metric }) => metric.split(' ')[0])).toEqual(['Fréchet', 'precision', 'recall']);
    expect(findings(clothes)[0]!.ours).toBeGreaterThan(1);
    expect(clothes.json.protocol).toContain('a12605b0fa64a02f');
    expect(memory().numTensors).toBe(0);
  });

  test('densities, flow-ring and point-clouds: a few steps give all figures', async () => {
    await using place = await world();
    const argv = ['--limit', '3', '--backend', 'simd', '--json'];
    const known = findings(await place.genai('repro', 'densities', ...argv));
    expect(known.map(({ what }) => what).slice(0, 3)).toEqual(['moons', 'rings', 'eight Gaussians']);
    expect(known).toHaveLength(8);
    for (const { ours } of known) expect(ours).toBeGreaterThan(0); // a divergence
    const ring = findings(await place.genai('repro', 'flow-ring', ...argv));
    expect(ring.map(({ unit }) => unit)).toEqual(['modes', '%', 'nats']);
    const clouds = findings(await place.genai('repro', 'point-clouds', ...argv));
    expect(clouds).toHaveLength(12);
    const [drawn, real] = ['drawn shapes', 'other real shapes'].map((set) => clouds.find(({ what }) => what === set)!);
    expect(drawn!.ours).toBeGreaterThan(95); // of noise every cloud is told from real ones
    expect(real!.ours).toBeLessThan(75);
    expect(memory().numTensors).toBe(0);
  });

  test('laws: point-clouds-5 goes on where it was stopped, in training and in measuring', async () => {
    await using place = await world();
    const argv = ['repro', 'point-clouds-5', '--limit', '2', '--backend', 'simd'];
    const training = await place.stopped((err) => /step 1\/2/.test(err), ...argv);
    expect(training.code).toBe(130);
    const measuring = await place.stopped((err) => /measuring other real shapes .* CD/.test(err), ...argv);
    expect([measuring.code, measuring.err.includes('measuring drawn shapes')]).toEqual([130, true]);
    const kept = place.path('genai-repro', 'point-clouds-5-seed0-limit2');
    const scores = JSON.parse(await readFile(`${kept}/drawn-shapes-by-CD.json`, 'utf8'));
    expect(scores.nearestNeighbourAccuracy).toBeGreaterThan(0.9); // of noise every cloud is told from real ones
    const again = await place.stopped((err) => /measuring drawn shapes .* EMD/.test(err), ...argv);
    expect([again.code, /measuring drawn shapes .* CD/.test(again.err)]).toEqual([130, false]);
    expect(memory().numTensors).toBe(0);
  });

  test('errors: a protocol that is none, and data that are not there', async () => {
    await using place = await world();
    expect(await place.genai('repro', 'rign')).toMatchObject({ code: 2, err: expect.stringContaining('ring') });
    const said = await place.genai('repro', 'vae-fashion', '--data', 'nowhere', '--backend', 'cpu');
    expect(said).toMatchObject({ code: 2, err: expect.stringContaining('unknown data "nowhere"') });
    expect(await place.genai('repro', 'fashion-score')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--data FILE'),
    });
  });
});
