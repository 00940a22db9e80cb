import { access, constants, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { save } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { disposeTree, type Key, key, leaves, split, type Tree } from '@genai/core';
import { type Dataset, take } from '@genai/data';
import type { Score } from '@genai/eval';
import type { Tensor } from '@tensorflow/tfjs-core';
import { lossChart } from '../demo/loss-chart.js';
import { pictures } from '../demo/pictures.js';
import { FULL, type Plan, QUICK } from '../demo/plan.js';
import { report } from '../demo/report.js';
import type { Scores } from '../demo/scores.js';
import { showcase } from '../demo/showcase.js';
import { type Trained, trainDigits } from '../demo/train-digits.js';
import { engineLabel, nativeHint, startEngine } from '../engine.js';
import { type ImageData, imageData } from '../image-data.js';
import type { Io } from '../io.js';
import { expectNoModel, readConfig } from '../model/checkpoint.js';
import { type BuiltVae, buildVae } from '../model/vae/build-vae.js';
import { type MeasuredVae, measureVae } from '../model/vae/measure-vae.js';
import type { VaeConfig } from '../model/vae/vae-config.js';
import { versions } from '../model/versions.js';
import type { Outcome } from '../outcome.js';
import { duration, number, progress } from '../progress.js';
import { UsageError } from '../usage-error.js';
import { writeAtomically } from '../write-atomically.js';

export interface DemoCommandOptions {
  readonly out: string;
  readonly steps?: number;
  readonly seconds?: number;
  readonly seed: number;
  readonly backend: string;
  readonly quick?: boolean;
  readonly json?: boolean;
}

/** `genai demo`: trains a convolutional VAE on real digits and shows what it learnt in one page. */
export async function demo(options: DemoCommandOptions, io: Io): Promise<Outcome> {
  const { seed, out } = options;
  const folder = resolve(io.cwd, out);
  await expectRoom(folder, out); // before the training, not after
  const plan = planOf(options);
  const bar = progress(io.stderr);
  const started = await startEngine(options.backend);
  const engine = engineLabel(started);
  const data = await imageData('digits', io.cwd);
  const { train, test, shape } = data;
  bar.note(
    `a variational autoencoder on ${train.length} real digits, engine ${engine}; Ctrl-C stops and keeps what there is`,
  );
  const hint = await nativeHint(started);
  if (hint) bar.note(hint);

  const config = configOf(plan, seed, shape);
  const model = buildVae(config);
  const [trainKey, pictureKey, scoreKey] = split(key(seed), 3);
  const patient = options.steps !== undefined && options.seconds === undefined;
  const trained = await trainDigits(model, { plan, patient, train, test, key: trainKey, signal: io.signal, bar });
  const { params } = trained;
  try {
    bar.note(io.signal.aborted ? 'stopped: writing what there is' : 'measuring on held-out digits');
    const shown = await showcase();
    const images = await pictures(model, params, { digits: shown, key: pictureKey }).finally(() => shown.dispose());
    const measured = await scored(model, params, { plan, test, key: scoreKey, signal: io.signal });
    const stopped = io.signal.aborted;
    const scores = scoresOf({ plan, data, seed, engine, trained, measured, stopped, params });
    const chart = lossChart(trained);
    const files: readonly (readonly [name: string, content: string | Uint8Array])[] = [
      ...Object.entries(images).map(([name, png]) => [`${name}.png`, png] as const),
      ['loss.svg', chart],
      ['scores.json', `${JSON.stringify(scores, null, 2)}\n`],
      ['report.html', report(images, chart, scores)],
    ];
    await save(directory(join(folder, 'model')), params, { config });
    for (const [name, content] of files) await writeAtomically(join(folder, name), content);
    if (!options.json) say(io, out, scores);
    return {
      steps: trained.steps,
      stopped,
      metrics: {
        loss: scores.trainingLoss,
        elbo: scores.heldOut.elbo.nats,
        ...(scores.heldOut.importanceWeightedNll && {
          importanceWeightedNll: scores.heldOut.importanceWeightedNll.nats,
        }),
      },
      files: ['model/config.json', 'model/model.safetensors', ...files.map(([name]) => name)].map((name) =>
        join(out, name),
      ),
      details: { engine, seed, trainingSeconds: scores.seconds, stepsPerSecond: scores.stepsPerSecond },
    };
  } finally {
    disposeTree(params);
  }
}

/** Sees that the folder can be written, and that a `model` in it is that of an earlier demonstration. */
async function expectRoom(folder: string, shown: string): Promise<void> {
  const model = join(folder, 'model');
  const store = directory(model);
  if (!(await readConfig(store, join(shown, 'model')))) await expectNoModel(store, join(shown, 'model'));
  else if (await store.read('state.json')) {
    throw new UsageError(`${join(shown, 'model')} holds a run of genai train. Choose another --out.`);
  }
  try {
    await mkdir(model, { recursive: true });
    await access(model, constants.W_OK);
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new UsageError(`cannot write to ${shown}: ${(cause as Error).message}.`, { cause });
  }
}

/** Both bounds on held-out digits. The second takes a while, and is left out if Ctrl-C comes before it is done. */
async function scored(
  model: BuiltVae,
  params: Tree<Tensor>,
  { plan, test, key, signal }: { plan: Plan; test: Dataset<Tensor>; key: Key; signal: AbortSignal },
): Promise<MeasuredVae> {
  const data = take(test, Math.min(plan.scored, test.length));
  const options = { data, samples: plan.samples, batch: 100, key };
  const elbo = await measureVae(model, params, { ...options, names: ['elbo'] });
  try {
    return { ...elbo, ...(await measureVae(model, params, { ...options, names: ['importanceWeightedNll'], signal })) };
  } catch (error) {
    if (!signal.aborted) throw error;
    return elbo;
  }
}

function planOf({ quick, steps, seconds }: DemoCommandOptions): Plan {
  const plan = quick ? QUICK : FULL;
  return { ...plan, ...(steps !== undefined && { steps }), ...(seconds !== undefined && { seconds }) };
}

function configOf(plan: Plan, seed: number, shape: VaeConfig['data']['shape']): VaeConfig {
  return {
    family: 'vae',
    preset: 'vae-conv',
    parts: plan.parts,
    data: { spec: 'digits', shape },
    training: {
      steps: plan.steps,
      batch: plan.batch,
      learningRate: plan.learningRate,
      seed,
      beta: 1,
      freeBits: 0,
      warmup: 0,
    },
    versions: versions(),
  };
}

function scoresOf(made: {
  readonly plan: Plan;
  readonly data: ImageData;
  readonly seed: number;
  readonly engine: string;
  readonly trained: Trained;
  readonly measured: MeasuredVae;
  readonly stopped: boolean;
  readonly params: Tree<Tensor>;
}): Scores {
  const { plan, data, trained, measured } = made;
  const bound = ({ mean, standardError, count }: Score, samples: number) => ({
    nats: mean,
    standardError,
    images: count,
    samples,
  });
  const { elbo, importanceWeightedNll } = measured;
  const last = trained.losses.slice(-50);
  return {
    heldOut: {
      elbo: bound(elbo!, 1),
      ...(importanceWeightedNll && { importanceWeightedNll: bound(importanceWeightedNll, plan.samples) }),
    },
    trainingLoss: last.reduce((a, b) => a + b, 0) / Math.max(1, last.length),
    data: { spec: 'digits', train: data.train.length, heldOut: data.test.length },
    seed: made.seed,
    engine: made.engine,
    steps: trained.steps,
    batch: plan.batch,
    seconds: Math.round(trained.seconds * 10) / 10,
    stepsPerSecond: Math.round((100 * trained.steps) / Math.max(trained.seconds, 1e-3)) / 100,
    parameters: leaves<Tensor>(made.params).reduce((sum, [, leaf]) => sum + leaf.size, 0),
    latents: plan.parts.latents,
    stopped: made.stopped,
    versions: versions(),
  };
}

function say(io: Io, out: string, { heldOut, steps, seconds }: Scores): void {
  const { elbo, importanceWeightedNll: nll } = heldOut;
  io.stdout.write(`${steps} steps in ${duration(seconds * 1000)}; held-out ELBO ${number(elbo.nats)} nats an image`);
  io.stdout.write(nll ? `, NLL at most ${number(nll.nats)} nats\n` : '\n');
  io.stdout.write(`Open ${join(out, 'report.html')}\n`);
}
