import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { world } from './world.js';

const TRAIN = ['train', 'vae', '--data', 'squares.idx', '--out', 'run', '--backend', 'cpu', '--batch', '16'];

test('a run can be watched in a page, which is told of what was before', async () => {
  await using here = await world();
  let watched: Promise<{ readonly page: string; readonly told: string; readonly status: number }> | undefined;
  const look = async (url: string) => {
    const page = await (await fetch(url)).text();
    const foreign = await fetch(url, { headers: { origin: 'http://elsewhere.example' } });
    const response = await fetch(`${url}/events`);
    let told = '';
    for await (const bytes of response.body!) {
      told += new TextDecoder().decode(bytes);
      if (told.includes('"done":true')) break;
    }
    return { page, told, status: foreign.status };
  };
  const { code } = await here.stopped(
    (err) => {
      const [, url] = /watch it at (http:\S+)\n/.exec(err) ?? [];
      if (url) watched ??= look(url);
      return false;
    },
    ...[...TRAIN, '--steps', '30', '--live', '--port', '0'],
  );
  expect(code).toBe(0);
  const { page, told, status } = await watched!;
  expect(page).toContain('<h1>vae on squares.idx</h1>');
  expect(status).toBe(403);
  const points = told
    .trim()
    .split('\n\n')
    .flatMap((event) => JSON.parse(event.replace('data: ', '')).points);
  const steps = points.map(({ step }: { readonly step: number }) => step);
  expect(steps.at(-1)).toBe(30);
  expect(steps).toEqual(steps.toSorted((a: number, b: number) => a - b));
  expect(points.at(-1).metrics.loss).toBeGreaterThan(0);
}, 60_000);

test('events for TensorBoard and a profile are written', async () => {
  await using here = await world();
  const { code, json } = await here.genai(...TRAIN, '--steps', '2', '--tensorboard', '--profile', 'step.svg', '--json');
  expect(code).toBe(0);
  const [events] = (await readdir(here.path('run'))).filter((name) => name.includes('tfevents'));
  const bytes = await readFile(here.path('run', events!));
  expect(bytes.toString('latin1')).toContain('brain.Event:2');
  expect(bytes.toString('latin1').match(/loss/g)).toHaveLength(2);
  expect(json.files).toContain('step.svg');
  expect(await readFile(here.path('step.svg'), 'utf8')).toMatch(/^<svg[\s\S]*MatMul/);
  const again = await here.genai(...TRAIN, '--steps', '3', '--resume', '--profile', 'step.json');
  expect(again.code).toBe(0);
  expect(JSON.parse(await readFile(here.path('step.json'), 'utf8'))).toBeTruthy();
}, 60_000);
