import { join, resolve } from 'node:path';
import { loadRun, type Store, saveRun } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { key, split, type Tree } from '@genai/core';
import { batches, binarize } from '@genai/data';
import { owned, scope } from '@genai/tensor';
import { adam, linear, minimize, train as training } from '@genai/train';
import { elbo } from '@genai/vae';
import type { Tensor } from '@tensorflow/tfjs-core';
import { engineLabel, startEngine } from '../engine.js';
import { imageData } from '../image-data.js';
import type { Io } from '../io.js';
import { buildModel } from '../model/build-model.js';
import { readConfig } from '../model/checkpoint.js';
import { preset } from '../model/presets.js';
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
  const before = await readConfig(store);
  if (before && !options.resume) {
    throw new UsageError(
      `${options.out} holds a model already. Add --resume to go on with it, or choose another --out.`,
    );
  }
  const open = async (spec: string) => {
    const engine = await startEngine(options.backend);
    return { engine, data: await imageData(spec, io.cwd, { download: options.download ?? false, signal: io.signal }) };
  };
  const { config, data, engine } = await (before ? goingOn(options, before, open) : beginning(options, io, open));
  const { training: how } = config;
  const steps = options.steps ?? preset(config.preset).steps;
  const [runKey, orderKey, pixelKey] = split(key(how.seed), 3);
  const model = buildModel(config);
  const beta = how.warmup > 0 ? linear(0, how.beta, how.warmup) : how.beta;
  const step = minimize(elbo(model, { beta, freeBits: how.freeBits }), adam(how.learningRate));
  const from = before && (await savedRun(store, () => step.init(runKey)));

  await using run = training(step, {
    data: binarize(batches(data.train, { size: how.batch, key: orderKey }), { key: pixelKey }),
    steps,
    key: runKey,
    signal: io.signal,
    ...(from && { from }),
  });
  const start = run.step;
  const log = await trainingLog(join(folder, 'log.jsonl'), start);
  const bar = progress(io.stderr);
  bar.note(`${config.preset} on ${config.data.spec}, ${data.train.length} images, engine ${engineLabel(engine)}`);
  if (start > 0) bar.note(`going on after step ${start}`);
  let metrics: { readonly [name: string]: number } = from?.metrics ?? {};
  const save = async () => {
    await log.flush();
    await saveRun(store, run.snapshot(), { config, metrics });
    savedAt = performance.now();
    savedStep = run.step;
  };
  const began = performance.now();
  let savedAt = began;
  let savedStep = from ? start : -1;
  try {
    for await (const progressed of run) {
      metrics = progressed.metrics;
      log.add(run.step, metrics);
      bar.update({ step: run.step, steps, start, elapsed: performance.now() - began, loss: progressed.metrics.loss });
      const due = options.saveSteps !== undefined && run.step % options.saveSteps === 0;
      if (due || performance.now() - savedAt >= options.saveSeconds * 1000) await save();
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
  } finally {
    bar.end();
    // Also after a failure: the state is that of the last good step.
    if (savedStep !== run.step) await save();
  }
  const stopped = io.signal.aborted && run.step < steps;
  if (!options.json && !stopped) {
    io.stdout.write(`${options.out}: step ${run.step}, loss ${number(metrics.loss ?? Number.NaN)} nats\n`);
  }
  return { steps: run.step, metrics, files: FILES.map((name) => join(options.out, name)), stopped };
}

/** The saved run; the tree that gives its form is freed again. */
async function savedRun<S extends Tree<Tensor>>(store: Store, init: () => S): ReturnType<typeof loadRun<S>> {
  using like = owned(scope(() => ({ state: init() })));
  return await loadRun(store, like.state);
}
