import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { world } from './world.js';

// A generator that learns a hundred times as fast as its critic runs to wherever that points last, with all its samples.
const COLLAPSING = {
  parts: { hidden: [32], latents: 2 },
  training: {
    ...{ batch: 16, loss: 'minimax', learningRate: 0.02, criticRatio: 0.01, ema: 0.9 },
    regularizers: { r1: 0 },
  },
};

test('known answers: a generator that collapses on digits is said to have collapsed', async () => {
  await using place = await world();
  await writeFile(place.path('collapsing.json'), JSON.stringify(COLLAPSING));
  const argv = ['train', 'gan', '--data', 'digits', '--config', 'collapsing.json', '--backend', 'wasm'];
  const said = await place.genai(...argv, '--out', 'run', '--steps', '60', '--health-steps', '60');
  expect(said.code).toBe(0); // a warning, no failure
  expect(said.err).toMatch(/health at step 60: collapsed: .*critic .*generator .*criticGradient/);
  const [step, warning] = said.out.trimEnd().split('\n');
  expect(step).toMatch(/^run: step 60, critic \d/);
  expect(warning).toMatch(/^warning: collapsed: .* \(after step 60\); look at run\/samples\.png$/);
});
