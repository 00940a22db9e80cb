import { type Key, mapLeaves, split, type Tree } from '@genai/core';
import { batches, binarize, type Dataset, take } from '@genai/data';
import { adam, minimize, train, warmupCosine } from '@genai/train';
import { denoising } from '@genai/vae';
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import type { BuiltVae } from '../model/vae/build-vae.js';
import { measureVae } from '../model/vae/measure-vae.js';
import type { Progress } from '../progress.js';
import { corruptSome } from './corrupt.js';
import { affordable, type Plan } from './plan.js';

/** What training leaves: parameters, which belong to the caller, and the curve. */
export interface Trained {
  readonly params: Tree<Tensor>;
  readonly steps: number;
  readonly planned: number;
  /** Seconds of training, measurements on held-out digits not counted. */
  readonly seconds: number;
  /** The loss of every step, in nats an image. */
  readonly losses: readonly number[];
  /** (step, nats an image) on held-out digits: the negative ELBO. */
  readonly heldOut: readonly (readonly [step: number, nats: number])[];
}

export interface TrainDigitsOptions {
  readonly plan: Plan;
  /** Make all planned steps however long they take. */
  readonly patient: boolean;
  readonly train: Dataset<Tensor>;
  readonly test: Dataset<Tensor>;
  readonly key: Key;
  readonly signal: AbortSignal;
  readonly bar: Progress;
}

/** Trains on digits of which a quarter are noisy, so that the model can also denoise. */
export async function trainDigits(model: BuiltVae, options: TrainDigitsOptions): Promise<Trained> {
  const { plan, bar, signal } = options;
  const [runKey, orderKey, pixelKey, measureKey] = split(options.key, 4);
  const objective = denoising(model, corruptSome);
  const data = binarize(batches(options.train, { size: plan.batch, key: orderKey }), { key: pixelKey });
  const run = (steps: number) => {
    const learningRate = warmupCosine({
      peak: plan.learningRate,
      warmup: Math.min(plan.warmup, steps - 1),
      steps,
      end: plan.learningRate / 50,
    });
    return train(minimize(objective, adam(learningRate)), { data, steps, key: runKey, signal });
  };
  const planned = options.patient ? plan.steps : affordable(plan, await pace(run(PACE.steps), signal));
  if (planned < plan.steps) bar.note(`this machine has time for ${planned} of ${plan.steps} steps`);

  const losses: number[] = [];
  const heldOut: (readonly [number, number])[] = [];
  const watched = take(options.test, Math.min(plan.watched, options.test.length));
  const look = async (params: Tree<Tensor>): Promise<number> => {
    const { elbo } = await measureVae(model, params, {
      data: watched,
      names: ['elbo'],
      samples: 1,
      batch: 250,
      key: measureKey,
    });
    return -elbo!.mean;
  };
  await using going = run(planned);
  let looking = 0; // ms spent on held-out digits
  const began = performance.now();
  try {
    for await (const { step, state, metrics } of going) {
      losses.push(metrics.loss);
      const elapsed = performance.now() - began;
      bar.update({ step, steps: planned, elapsed, loss: metrics.loss });
      if (step % plan.measureEvery === 0 || step === 1 || step === planned) {
        const before = performance.now();
        heldOut.push([step, await look(state.params)]);
        looking += performance.now() - before;
      }
      // Twice the time that was planned for: the machine has become slower meanwhile.
      if (!options.patient && elapsed > 2000 * plan.seconds) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    bar.end();
  }
  const seconds = (performance.now() - began - looking) / 1000;
  const params = mapLeaves<Tensor, Tree<Tensor>>(going.state.params, (leaf) => clone(leaf));
  return { params, steps: going.step, planned, seconds, losses, heldOut };
}

/** The pace is found with so many steps, or as many as fit into so many milliseconds. */
const PACE = { steps: 16, ms: 4_000 };

/** Milliseconds a step: the median of a few that are thrown away, the slow first ones left out. */
async function pace(run: ReturnType<typeof train>, signal: AbortSignal): Promise<number> {
  await using trial = run;
  const times: number[] = [];
  const began = performance.now();
  let last = began;
  try {
    for await (const _ of trial) {
      times.push(performance.now() - last);
      last = performance.now();
      if (last - began > PACE.ms) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const settled = times.slice(Math.floor(times.length / 2)).sort((a, b) => a - b);
  return settled[Math.floor(settled.length / 2)] ?? 0;
}
