import { readFile, rm, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { world } from './world.js';

const SPACE = {
  'training.batch': { oneOf: [20] },
  'training.learningRate': { logUniform: [1e-4, 1e-2] },
  'parts.hidden': { oneOf: [[8], [16]] },
};
const args = (...more: string[]): string[] => [
  ...[
    'sweep',
    'vae',
    '--data',
    'squares.idx',
    '--space',
    'space.json',
    '--out',
    'found',
    '--backend',
    'cpu',
    '--steps',
    '4',
    '--json',
  ],
  ...more,
];

test('a sweep trains, measures, tells the best, and does nothing twice', async () => {
  await using here = await world();
  await writeFile(here.path('space.json'), JSON.stringify(SPACE));
  const first = await here.genai(...args('--trials', '3'));
  expect(first.err.match(/^trial \d, 4 steps: elbo /gm)).toHaveLength(3);
  expect(first.json).toMatchObject({ ok: true, command: 'sweep', steps: 12, trials: 3 });
  const kept = JSON.parse(await readFile(here.path('found', 'sweep.json'), 'utf8'));
  const scores: number[] = kept.trials.map(({ score }: { score: number }) => score);
  expect((first.json.metrics as { elbo: number }).elbo).toBe(-Math.min(...scores));
  const settings = kept.trials.map(({ settings }: { settings: object }) => settings);
  expect(settings).toContainEqual(first.json.best);

  // Interrupted: one result was lost.
  await writeFile(here.path('found', 'sweep.json'), JSON.stringify({ ...kept, trials: kept.trials.slice(0, 2) }));
  const again = await here.genai(...args('--trials', '3'));
  expect(again.json.metrics).toEqual(first.json.metrics);
  expect(JSON.parse(await readFile(here.path('found', 'sweep.json'), 'utf8'))).toEqual(kept);

  await writeFile(here.path('space.json'), JSON.stringify({ 'training.batch': { oneOf: [10] } }));
  const other = await here.genai(...args('--trials', '3'));
  expect(other).toMatchObject({ code: 2, err: expect.stringMatching(/found holds a sweep with other options/) });
}, 120_000);

test('halving goes on with the trained models of the best', async () => {
  await using here = await world();
  await writeFile(here.path('space.json'), JSON.stringify(SPACE));
  const { json, err } = await here.genai(...args('--trials', '3', '--steps', '6', '--strategy', 'halving'));
  expect(err.match(/^trial \d, 2 steps/gm)).toHaveLength(3);
  expect(err.match(/^trial \d, 6 steps/gm)).toHaveLength(1);
  const best = (json.files as string[])[1]!.replace('model.safetensors', 'log.jsonl');
  expect((await readFile(here.path(best), 'utf8')).trim().split('\n')).toHaveLength(6);
}, 120_000);

test('errors: spaces that are none, folders of another sweep', async () => {
  await using here = await world();
  const wrong = async (space: unknown, ...more: string[]): Promise<string> => {
    await writeFile(here.path('space.json'), typeof space === 'string' ? space : JSON.stringify(space));
    const { code, err } = await here.genai(...args(...more));
    expect(code).toBe(2);
    return err;
  };
  expect(await wrong('{')).toMatch(/space\.json is not JSON/);
  expect(await wrong({})).toMatch(/holds no settings/);
  expect(await wrong({ rate: { oneOf: [1] } })).toMatch(/"rate" is no place in a config/);
  expect(await wrong({ 'parts.hidden': { noeOf: [1] } })).toMatch(/unknown range "noeOf"\. Did you mean oneOf\?/);
  expect(await wrong({ 'parts.hidden': { uniform: [1] } })).toMatch(/two numbers/);
  expect(await wrong({ 'parts.hidden': { uniform: [2, 1] } })).toMatch(/the lower first/);
  expect(await wrong(SPACE, '--strategy', 'gird')).toMatch(/unknown strategy "gird"\. Did you mean grid\?/);
  expect(await wrong(SPACE, '--metric', 'frehcet')).toMatch(/unknown metric "frehcet" of vae\. Did you mean frechet\?/);
  await rm(here.path('space.json'));
  expect((await here.genai(...args())).err).toMatch(/cannot read space\.json/);
});
