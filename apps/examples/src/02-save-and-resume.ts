/** Saves a run to a folder and goes on from it: the losses equal those of a run that never stopped. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@genai/backend';
import { loadRun, saveRun } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { key } from '@genai/core';
import { draws, moons } from '@genai/data';
import { gaussian, standardNormal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { owned } from '@genai/tensor';
import { adam, minimize, train } from '@genai/train';
import { elbo, vae } from '@genai/vae';

const quick = process.argv.includes('--quick'); // a few steps, to see that it runs
await useBackend('auto');
const model = vae({
  encoder: gaussian(mlp([2, 64, 2 * 2])),
  decoder: gaussian(mlp([2, 64, 2 * 2])),
  prior: standardNormal(2),
});
const step = minimize(elbo(model), adam(3e-3));
const data = draws(moons(), { size: 100, key: key(7) });
const half = quick ? 10 : 200;
const folder = await mkdtemp(join(tmpdir(), 'genai-resume-'));

// #region save
{
  await using run = train(step, { data, steps: half, key: key(0) });
  for await (const _ of run);
  await saveRun(directory(folder), run.snapshot());
}
// … another day, another process
using like = owned(step.init(key(0))); // the model in this program is the schema
const from = await loadRun(directory(folder), like);
await using resumed = train(step, { data, steps: 2 * half, key: key(0), from });
// #endregion save
const after: number[] = [];
for await (const { metrics } of resumed) after.push(metrics.loss);

const whole: number[] = [];
await using uninterrupted = train(step, { data, steps: 2 * half, key: key(0) });
for await (const { metrics } of uninterrupted) whole.push(metrics.loss);

const same = after.every((loss, i) => loss === whole[half + i]);
console.log(`${after.length} losses after resuming, bit-identical to the uninterrupted run: ${same}`);
await rm(folder, { recursive: true });
if (!same) process.exitCode = 1;
