import { readFile, writeFile } from 'node:fs/promises';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { idx, world } from './world.js';

type Finding = { readonly metric: string; readonly ours: number; readonly published: string | null };
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

  test('vae-fashion: stops by the validation set, measures with its best parameters, and goes on when stopped', async () => {
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
    const [few, many] = findings(whole);
    expect(few!.published).toBe('228.70 ± 0.15');
    expect(many!.ours).toBeLessThanOrEqual(few!.ours + 0.2); // a bound tightens with its draws
    expect(many!.ours).toBeGreaterThan(0);
    expect(memory().numTensors).toBe(0);
  });

  test('errors: a protocol that is none, and data that are not there', async () => {
    await using place = await world();
    expect(await place.genai('repro', 'rign')).toMatchObject({ code: 2, err: expect.stringContaining('ring') });
    const said = await place.genai('repro', 'vae-fashion', '--data', 'nowhere', '--backend', 'cpu');
    expect(said).toMatchObject({ code: 2, err: expect.stringContaining('unknown data "nowhere"') });
  });
});
