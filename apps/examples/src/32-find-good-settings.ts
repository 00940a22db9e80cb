/**
 * Settings for a VAE of a thousand digits: a learning rate found by trying all of them once, rate, width and latents by successive halving, and
 * the moment to stop by digits held out. On the way: what a step is made of. The best state is kept in a folder, the curves in a log that
 * TensorBoard shows.
 */
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@genai/backend';
import { loadRun, saveRun } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { key } from '@genai/core';
import { batches, binarize, type Dataset, map, skip, take } from '@genai/data';
import { digits } from '@genai/data/node';
import { elbo as elboMetric, evaluate } from '@genai/eval';
import { owned } from '@genai/tensor';
import {
  adam,
  earlyStopping,
  estimateMemory,
  evaluateEvery,
  eventFileName,
  findLearningRate,
  flameChart,
  integers,
  type Kept,
  keepBest,
  kernelTimes,
  logUniform,
  minimize,
  oneOf,
  pipe,
  profileStep,
  successiveHalving,
  sweep,
  tensorBoard,
  train,
} from '@genai/train';
import { denseVae, elbo, vae } from '@genai/vae';
import type { Tensor } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

const digit = await digits();
const images = ({ images }: { images: Tensor }): Tensor => images; // (batch, 28, 28, 1)
const all = map(digit.train, images);
const learnt = take(all, 1_000); // few, so that one can learn too long
const valid = take(skip(all, 1_000), quick ? 100 : 500); // settings and the end are chosen by these
const unseen = map(digit.test, images); // and measured by these, once
const data = binarize(batches(learnt, { size: 50, key: key(1) }), { key: key(2) });

type Settings = { readonly rate: number; readonly width: number; readonly latents: number };
const modelOf = ({ width, latents }: Omit<Settings, 'rate'>) =>
  vae(denseVae({ shape: [28, 28, 1], hidden: [width], latents }));
type Digits = ReturnType<typeof modelOf>;

/** −ELBO in nats: lower is better. */
async function missed(model: Digits, params: ReturnType<Digits['init']>, data: Dataset<Tensor>): Promise<number> {
  const shown = batches(binarize(data, { key: key(3) }), { size: 100, epochs: 1, last: 'keep' });
  const { bound } = await evaluate(model, params, { data: shown, key: key(4), metrics: { bound: elboMetric() } });
  return -bound.mean;
}

// #region rate
// One short run in which each step has a higher rate than the last; the loss falls fastest at the rate to begin with.
const first = modelOf({ width: 128, latents: 16 });
const found = await findLearningRate((rate) => minimize(elbo(first), adam(rate)), {
  data,
  key: key(0),
  from: 1e-5,
  to: 1,
  steps: quick ? 20 : 150,
});
const { steepest, tenthOfLowest, points, diverged } = found;
console.log(`${points.length} rates up to ${points.at(-1)!.rate.toPrecision(2)}, diverged: ${diverged}`);
console.log(
  `  the loss falls fastest at ${steepest.toPrecision(2)}; a tenth of where it is lowest: ${tenthOfLowest.toPrecision(2)}`,
);
// #endregion rate

// #region sweep
// Nine draws of settings train a little, the best third of them goes on three times as long, the best of those again.
const space = { rate: logUniform(steepest / 10, steepest * 3), width: oneOf([32, 128, 512]), latents: integers(2, 32) };
const strategy = successiveHalving({ trials: quick ? 3 : 9, steps: quick ? 9 : 450, factor: 3 });
const starting = (model: Digits, rate: number) =>
  train(minimize(elbo(model), adam(rate)), { data, steps: Number.POSITIVE_INFINITY, key: key(0) });
const started = new Map<number, { model: Digits; run: ReturnType<typeof starting> }>();

const results = sweep<Settings>({
  space,
  strategy,
  key: key(5),
  run: async ({ id, settings, steps }) => {
    const model = started.get(id)?.model ?? modelOf(settings);
    const run = started.get(id)?.run ?? starting(model, settings.rate);
    started.set(id, { model, run }); // a trial that goes on does not begin anew
    try {
      for await (const { step } of run) if (step === steps) break;
    } catch {
      return Number.POSITIVE_INFINITY; // this rate was too high: a result, no reason to stop
    }
    return missed(model, run.state.params, valid);
  },
});
let best: { settings: Settings; score: number; steps: number } | undefined;
for await (const { settings, steps, score } of results) {
  const { rate, width, latents } = settings;
  console.log(
    `  ${String(steps).padStart(4)} steps, rate ${rate.toExponential(1)}, ${width} wide, ${latents} latents: ${score.toFixed(1)} nats`,
  );
  if (!best || steps > best.steps || (steps === best.steps && score < best.score)) best = { settings, score, steps };
}
for (const { run } of started.values()) await run[Symbol.asyncDispose]();
// #endregion sweep

// #region profile
const { settings } = best!;
const model = modelOf(settings);
const step = minimize(elbo(model), adam(settings.rate));
const folder = fileURLToPath(new URL('32-good-settings', import.meta.url));
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });

using batch = owned({ x: await learnt.read(Uint32Array.from({ length: 50 }, (_, i) => i)) }); // (50, 28, 28, 1)
const profile = profileStep(step, { batch: batch.x, key: key(6) });
const costly = kernelTimes(profile).slice(0, 3);
console.log(
  `\na step on ${profile.engine}: ${profile.kernels.length} kernels, ${profile.milliseconds.toFixed(1)} ms, of which`,
);
for (const { name, share } of costly) console.log(`  ${(100 * share).toFixed(0)} % ${name}`);
await writeFile(join(folder, 'step.svg'), flameChart(profile));
const { peak } = estimateMemory(step, { batch: batch.x, rows: 10_000, key: key(6) });
console.log(`  with 10,000 digits at once it would hold ${(peak / 1e6).toFixed(0)} MB`);
// #endregion profile

// #region stop
await using run = train(step, { data, steps: quick ? 40 : 6_000, key: key(0) });
await using log = await open(join(folder, eventFileName()), 'a');
let champion: Kept | undefined;
const watched = pipe(
  run,
  evaluateEvery({
    every: quick ? 10 : 100,
    evaluate: async ({ state }) => ({ nats: await missed(model, state.params, valid) }),
  }),
  tensorBoard((bytes) => log.appendFile(bytes)),
  keepBest({
    metric: ({ metrics }) => metrics['valid.nats'],
    save: (_, name) => saveRun(directory(join(folder, name)), run.snapshot()),
    remove: (name) => rm(join(folder, name), { recursive: true }),
    record: ([kept]) => {
      champion = kept;
    },
  }),
  earlyStopping({ metric: ({ metrics }) => metrics['valid.nats'], patience: 5 }),
);
for await (const _ of watched);
console.log(`\nstopped after ${run.step} steps: ${champion!.name} was the best, ${champion!.value.toFixed(1)} nats`);
// #endregion stop

// #region best
using like = owned(step.init(key(0)));
using kept = owned((await loadRun(directory(join(folder, champion!.name)), like)).state);
console.log('digits that nothing was chosen by, in nats:');
console.log(`  the best state ${(await missed(model, kept.params, unseen)).toFixed(1)}`);
console.log(`  the last one ${(await missed(model, run.state.params, unseen)).toFixed(1)}`);
console.log(`the curves: tensorboard --logdir ${folder}`);
// #endregion best
