import { readdir, readFile } from 'node:fs/promises';
import { decodePng } from '@genai/data';
import { expect, test, vi } from 'vitest';
import { world } from './world.js';

const FILES = [
  'denoised.png',
  'loss.svg',
  'model',
  'reconstructions.png',
  'report.html',
  'samples.png',
  'scores.json',
  'walk.png',
];

test('genai demo --quick writes pictures, curve, scores, checkpoint and one page', async () => {
  await using place = await world();
  vi.stubEnv('GENAI_CACHE', place.path('cache')); // no native kernels there, so WebAssembly computes on every machine
  vi.stubEnv('GENAI_NATIVE', 'on');
  const said = await place.genai('demo', '--quick', '--steps', '24', '--json');
  vi.unstubAllEnvs();
  expect(said.err).toMatch(/9000 real digits, engine simd \(WebAssembly.*, \d+ threads?\)/);
  if (process.platform !== 'win32') expect(said.err).toMatch(/faster with kernels compiled .*genai native build/);
  expect(said.code).toBe(0);
  expect(said.json).toMatchObject({ ok: true, command: 'demo', steps: 24 });
  expect((await readdir(place.path('genai-demo'))).sort()).toEqual(FILES);

  const scores = JSON.parse(await readFile(place.path('genai-demo', 'scores.json'), 'utf8'));
  expect(scores).toMatchObject({ steps: 24, seed: 0, stopped: false, heldOut: { elbo: { samples: 1 } } });
  expect(scores.heldOut.elbo.nats).toBeLessThan(-100);
  expect(scores.heldOut.elbo.nats).toBeGreaterThan(-784 * Math.LN2); // a coin toss for every pixel, learnt in no time
  expect(scores.heldOut.importanceWeightedNll.nats).toBeLessThan(-scores.heldOut.elbo.nats);
  expect(said.json.metrics).toMatchObject({ elbo: scores.heldOut.elbo.nats });

  for (const [name, rows] of [
    ['samples', 10],
    ['reconstructions', 4],
    ['walk', 5],
    ['denoised', 4],
  ] as const) {
    const { width, height, channels } = await decodePng(await readFile(place.path('genai-demo', `${name}.png`)));
    expect([width, height, channels], name).toEqual([10 * 28 + 9 * 2, rows * 28 + (rows - 1) * 2, 1]);
  }
  const page = await readFile(place.path('genai-demo', 'report.html'), 'utf8');
  expect(page.match(/src="data:image\/png;base64,/g)).toHaveLength(4);
  expect(page).toContain('<svg');
  expect(page).toContain(scores.engine);
  expect(page).toContain("default-src 'none'");
  // Nothing that a browser would fetch: the only address is the name of the SVG language.
  expect([...page.matchAll(/https?:[^"' )<]*/g)].map(([address]) => address)).toEqual(['http://www.w3.org/2000/svg']);

  // The checkpoint is one like any other.
  const drawn = await place.genai('sample', 'genai-demo/model', '--count', '4', '--out', 'four.png', '--json');
  expect(drawn).toMatchObject({ code: 0, json: { engine: scores.engine } });
});

test('genai demo stopped by Ctrl-C writes what there is and exits 130', async () => {
  await using place = await world();
  const said = await place.stopped((err) => /step 1\//.test(err), 'demo', '--quick', '--json');
  expect(said.code).toBe(130);
  expect(said.json).toMatchObject({ ok: false, error: { name: 'Stopped' } });
  expect((await readdir(place.path('genai-demo'))).sort()).toEqual(FILES);
  const scores = JSON.parse(await readFile(place.path('genai-demo', 'scores.json'), 'utf8'));
  expect(scores).toMatchObject({ stopped: true, steps: said.json.steps });
  expect(scores.heldOut.importanceWeightedNll).toBeUndefined();
});
