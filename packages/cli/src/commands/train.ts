import { join, resolve } from 'node:path';
import { loadRun, type Store, saveRun } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { type Batches, disposeTree, fold, GenaiError, type Key, key, mapLeaves, split, type Tree } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { chromeTrace, flameChart, profileStep, train as training } from '@genai/train';
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import { engineLabel, nativeHint, startEngine } from '../engine.js';
import { healthWatch } from '../health/health-watch.js';
import { lastPictures } from '../health/last-pictures.js';
import type { Io } from '../io.js';
import { runWatchers } from '../live/run-watchers.js';
import { expectNoModel, loadModel, readConfig } from '../model/checkpoint.js';
import { amountOf, openData } from '../model/data-kind.js';
import type { ModelConfig } from '../model/families.js';
import type { Described } from '../model/family.js';
import { type Learner, learnerOf } from '../model/learner.js';
import { beginning, goingOn, tuning } from '../model/run-config.js';
import type { AnyStep, Params, TrainingState } from '../model/trainable.js';
import type { Outcome } from '../outcome.js';
import { number, progress } from '../progress.js';
import { trainingLog } from '../training-log.js';
import { UsageError } from '../usage-error.js';
import { writeAtomically } from '../write-atomically.js';

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
  /** Columns of a table that the others are conditioned on, with commas between. */
  readonly given?: string;
  /** Columns of a table that are left out, with commas between. */
  readonly without?: string;
  readonly backend: string;
  readonly resume?: boolean;
  readonly saveSteps?: number;
  readonly saveSeconds: number;
  readonly healthSteps?: number;
  /** Serves a page that shows the run. */
  readonly live?: boolean;
  readonly port?: number;
  /** Writes what TensorBoard reads into the folder. */
  readonly tensorboard?: boolean;
  /** Where to write what one step is made of: an SVG, or a trace as JSON. */
  readonly profile?: string;
  readonly json?: boolean;
}

const FILES = ['config.json', 'model.safetensors', 'state.safetensors', 'state.json', 'log.jsonl'];

/** `genai train`: trains a preset, saves now and then, and can go on bit for bit. */
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
  const open = async (spec: string, reads: Described['reads']) => {
    const engine = await startEngine(options.backend);
    const { download = false } = options;
    return { engine, data: await openData(reads, spec, io.cwd, { download, signal: io.signal }) };
  };
  const isTuned = before?.reads === 'text' && (await store.read('state.json')) === undefined;
  const opening = await (isTuned
    ? tuning(options, before, open)
    : before
      ? goingOn(options, before, io, open)
      : beginning(options, io, open));
  const { described, data, engine } = opening;
  const { config } = described;
  const { steps, seed } = config.training;
  const learner = learnerOf(described, data);
  const { headline, watched } = learner;
  const healthSteps = healthStepsOf(options, watched !== undefined, config);
  const tuned = isTuned ? await loadModel(folder, options.out) : undefined;
  using _ = owned(scope(() => ({ ...(tuned && { params: tuned.params }) })));
  const from = tuned ? { ...learner, step: beginningFrom(learner.step, tuned.params) } : learner;
  const opened = await openRun(config, from, isTuned ? undefined : before && store, io.signal);
  await using run = opened.run;
  const start = run.step;
  if (start > steps) {
    throw new UsageError(
      `${options.out} has made ${start} steps, more than the ${steps} asked for. --steps counts those too: give more of them.`,
    );
  }
  const log = await trainingLog(join(folder, 'log.jsonl'), start);
  const healthKey = fold(key(seed), HEALTH);
  const watch =
    watched && healthSteps > 0
      ? await healthWatch({ ...watched, key: healthKey, path: join(folder, 'health.jsonl'), from: start })
      : undefined;
  const bar = progress(io.stderr);
  await using watchers = await runWatchers(options, {
    folder,
    steps,
    title: `${config.preset} on ${config.data.spec}`,
    bar,
  });
  bar.note(`${config.preset} on ${config.data.spec}, ${amountOf(data)}, engine ${engineLabel(engine)}`);
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
  const look = async () => {
    if (watch && watch.last()?.step !== run.step) bar.note(await watch.look(run.step, run.state.params, metrics));
  };
  if (!before) await save(); // the folder is taken, and can be written
  if (options.profile !== undefined) await writeProfile(resolve(io.cwd, options.profile), config, learner, run.state);
  const began = performance.now();
  try {
    for await (const progressed of run) {
      metrics = progressed.metrics;
      log.add(run.step, metrics);
      await watchers.add(run.step, metrics);
      const loss = metrics[headline.metric];
      bar.update({
        ...{ step: run.step, steps, start, elapsed: performance.now() - began, label: headline.metric },
        ...(loss !== undefined && { loss }),
      });
      if (healthSteps > 0 && run.step % healthSteps === 0) await look();
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
  if (watch && !stopped) await look();
  const pictures = watched && !stopped ? await writePictures(folder, watched, run.state.params, healthKey) : [];
  const health = watch?.last();
  const warning =
    health && health.verdict !== 'healthy' ? `${health.why.replace(/\.$/, '')} (after step ${health.step})` : undefined;
  if (!options.json && !stopped) {
    const value = `${headline.metric} ${number(metrics[headline.metric] ?? Number.NaN)} ${headline.unit}`.trimEnd();
    io.stdout.write(`${options.out}: step ${run.step}, ${value}\n`);
    if (warning !== undefined) io.stdout.write(`warning: ${warning}; look at ${join(options.out, 'samples.png')}\n`);
  }
  const files = [...FILES, ...(watch ? ['health.jsonl'] : []), ...pictures].map((name) => join(options.out, name));
  if (options.profile !== undefined) files.push(options.profile);
  return {
    steps: run.step,
    metrics,
    files,
    stopped,
    details: {
      engine: engineLabel(engine),
      ...(health && { health }),
      ...(warning !== undefined && { warning }),
    },
  };
}

/** Folded into the seed for all that health reports draw: the run itself draws nothing from it. */
const HEALTH = 0x6865616c;
/** Reports in a run, about, unless told otherwise. */
const REPORTS = 10;

function healthStepsOf({ healthSteps }: TrainCommandOptions, watched: boolean, config: ModelConfig): number {
  if (watched) return healthSteps ?? Math.max(1, Math.round(config.training.steps / REPORTS));
  if (healthSteps !== undefined) {
    throw new UsageError(
      `${config.preset} gives no health report: its loss tells how well it is. Leave --health-steps out.`,
    );
  }
  return 0;
}

async function writePictures(
  folder: string,
  { trainable, data }: NonNullable<Learner['watched']>,
  params: Params,
  key: Key,
): Promise<readonly string[]> {
  const made = await lastPictures(trainable, params, { data, key });
  const files = Object.entries(made).map(([name, png]) => [`${name}.png`, png] as const);
  for (const [name, png] of files) await writeAtomically(join(folder, name), png);
  return files.map(([name]) => name);
}

/** A step whose first state has these parameters. */
function beginningFrom(step: AnyStep, params: Params): AnyStep {
  const init: AnyStep['init'] = (key) =>
    scope(() => ({ ...step.init(key), params: mapLeaves<Tensor, Params>(params, (leaf) => clone(leaf)) }));
  return { ...step, init };
}

/** The run that a configuration describes, from its beginning or as it is kept in `store`. */
async function openRun(
  { training: { steps, seed } }: ModelConfig,
  { step, startedFrom, batches }: Learner,
  store: Store | undefined,
  signal: AbortSignal,
) {
  const [runKey, order, pixels] = split(key(seed), 3);
  const data = batches({ order, pixels });
  const from = store && (await savedRun(store, () => step.init(runKey)));
  try {
    // Of this command's runs every step takes one batch; files from elsewhere may say anything.
    if (from && (String(from.key) !== String(runKey) || from.cursor !== from.step)) {
      throw new UsageError(`state.json of ${store.name} is not that of this run. Restore it, or choose another --out.`);
    }
    const open = (fresh: typeof step) => training(fresh, { data, steps, key: runKey, signal, from });
    const run = !from && startedFrom ? await withFirst(data, (batch) => open(startedFrom(batch))) : open(step);
    return { run, metrics: (from?.metrics ?? {}) as { readonly [name: string]: number } };
  } catch (error) {
    if (from) disposeTree(from.state); // the run did not take it over
    throw error;
  }
}

/** What `use` makes of the first batch, which is freed behind it. */
async function withFirst<B, R>(data: Batches<B>, use: (batch: B) => R): Promise<R> {
  for await (const batch of data) return use(batch);
  throw new GenaiError('the data gave no batch to begin from.');
}

/** What the first step of a run is made of, from the state that it has now. */
async function writeProfile(
  path: string,
  { training: { seed } }: ModelConfig,
  { step, batches }: Learner,
  state: TrainingState,
): Promise<void> {
  const [runKey, order, pixels] = split(key(seed), 3);
  const profile = await withFirst(batches({ order, pixels }), (batch) =>
    profileStep(step, { batch, key: runKey, state }),
  );
  await writeAtomically(path, path.endsWith('.svg') ? flameChart(profile) : JSON.stringify(chromeTrace(profile)));
}

/** The saved run; the tree that gives its form is freed again. */
async function savedRun<S extends Tree<Tensor>>(store: Store, init: () => S): ReturnType<typeof loadRun<S>> {
  using like = owned(scope(() => ({ state: init() })));
  return await loadRun(store, like.state);
}
