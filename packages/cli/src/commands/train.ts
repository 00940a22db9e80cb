import { join, resolve } from 'node:path';
import { loadRun, type Store, saveRun } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { disposeTree, key, split, type Tree } from '@genai/core';
import { batches, binarize, type Dataset } from '@genai/data';
import { owned, scope } from '@genai/tensor';
import { adam, linear, minimize, train as training } from '@genai/train';
import { elbo } from '@genai/vae';
import type { Tensor } from '@tensorflow/tfjs-core';
import { engineLabel, nativeHint, startEngine } from '../engine.js';
import { imageData } from '../image-data.js';
import type { Io } from '../io.js';
import { buildModel } from '../model/build-model.js';
import { expectNoModel, readConfig } from '../model/checkpoint.js';
import type { ModelConfig } from '../model/model-config.js';
import { beginning, goingOn } from '../model/run-config.js';
import type { Outcome } from '../outcome.js';
import { number, progress } from '../progress.js';
import { trainingLog } from '../training-log.js';
import { UsageError } from '../usage-error.js';

export interface TrainCommandOptions {
  readonly model?: string;
  readonly data?: string;
  readonly out: string;
  readonly download?: boolean;
  readonly config?: string;
  readonly steps?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  readonly backend: string;
  readonly resume?: boolean;
  readonly saveSteps?: number;
  readonly saveSeconds: number;
  readonly json?: boolean;
}

const FILES = ['config.json', 'model.safetensors', 'state.safetensors', 'state.json', 'log.jsonl'];

/** `genai train`: trains a preset on images, saves now and then, and can go on bit for bit. */
export async function train(options: TrainCommandOptions, io: Io): Promise<Outcome> {
  const folder = resolve(io.cwd, options.out);
  const store = directory(folder);
  const before = await readConfig(store, options.out);
  if (before && !options.resume) {
    throw new UsageError(
      `${options.out} holds a model already. Add --resume to go on with it, or choose another --out.`,
    );
  }
  if (!before) await expectNoModel(store, options.out);
  const open = async (spec: string) => {
    const engine = await startEngine(options.backend);
    return { engine, data: await imageData(spec, io.cwd, { download: options.download ?? false, signal: io.signal }) };
  };
  const { config, data, engine } = await (before ? goingOn(options, before, io, open) : beginning(options, io, open));
  const { steps } = config.training;
  const opened = await openRun(config, data.train, before && store, io.signal);
  await using run = opened.run;
  const start = run.step;
  if (start > steps) {
    throw new UsageError(
      `${options.out} has made ${start} steps, more than the ${steps} asked for. --steps counts those too: give more of them.`,
    );
  }
  const log = await trainingLog(join(folder, 'log.jsonl'), start);
  const bar = progress(io.stderr);
  bar.note(`${config.preset} on ${config.data.spec}, ${data.train.length} images, engine ${engineLabel(engine)}`);
  const hint = await nativeHint(engine);
  if (hint) bar.note(hint);
  if (start > 0) bar.note(`going on after step ${start}`);
  let { metrics } = opened;
  let savedAt = performance.now();
  let savedStep = start;
  const save = async () => {
    await log.flush();
    await saveRun(store, run.snapshot(), { config, metrics });
    savedAt = performance.now();
    savedStep = run.step;
  };
  if (!before) await save(); // the folder is taken, and can be written
  const began = performance.now();
  try {
    for await (const progressed of run) {
      metrics = progressed.metrics;
      log.add(run.step, metrics);
      bar.update({ step: run.step, steps, start, elapsed: performance.now() - began, loss: progressed.metrics.loss });
      const due = options.saveSteps !== undefined && run.step % options.saveSteps === 0;
      if (due || performance.now() - savedAt >= options.saveSeconds * 1000) await save();
    }
  } catch (error) {
    if (!io.signal.aborted) {
      // The state is that of the last good step. If it cannot be saved either, the first error is the one to tell.
      if (savedStep !== run.step) await save().catch(() => {});
      throw error;
    }
  } finally {
    bar.end();
  }
  if (savedStep !== run.step) await save();
  const stopped = io.signal.aborted && run.step < steps;
  if (!options.json && !stopped) {
    io.stdout.write(`${options.out}: step ${run.step}, loss ${number(metrics.loss ?? Number.NaN)} nats\n`);
  }
  const files = FILES.map((name) => join(options.out, name));
  return { steps: run.step, metrics, files, stopped, details: { engine: engineLabel(engine) } };
}

/** The run that a configuration describes, from its beginning or as it is kept in `store`. */
async function openRun(config: ModelConfig, images: Dataset<Tensor>, store: Store | undefined, signal: AbortSignal) {
  const { steps, seed, batch, learningRate, beta, warmup, freeBits } = config.training;
  const [runKey, orderKey, pixelKey] = split(key(seed), 3);
  const weight = warmup > 0 ? linear(0, beta, warmup) : beta;
  const step = minimize(elbo(buildModel(config), { beta: weight, freeBits }), adam(learningRate));
  const data = binarize(batches(images, { size: batch, key: orderKey }), { key: pixelKey });
  const from = store && (await savedRun(store, () => step.init(runKey)));
  try {
    // Of this command's runs every step takes one batch; files from elsewhere may say anything.
    if (from && (String(from.key) !== String(runKey) || from.cursor !== from.step)) {
      throw new UsageError(`state.json of ${store.name} is not that of this run. Restore it, or choose another --out.`);
    }
    const run = training(step, { data, steps, key: runKey, signal, from });
    return { run, metrics: (from?.metrics ?? {}) as { readonly [name: string]: number } };
  } catch (error) {
    if (from) disposeTree(from.state); // the run did not take it over
    throw error;
  }
}

/** The saved run; the tree that gives its form is freed again. */
async function savedRun<S extends Tree<Tensor>>(store: Store, init: () => S): ReturnType<typeof loadRun<S>> {
  using like = owned(scope(() => ({ state: init() })));
  return await loadRun(store, like.state);
}
