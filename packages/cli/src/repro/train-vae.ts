import { type Key, key, mapLeaves, type Objective, split, type Tree } from '@genai/core';
import { batches, binarize, type Dataset } from '@genai/data';
import { elbo, evaluate } from '@genai/eval';
import { scope } from '@genai/tensor';
import { adam, ema, minimize, warmupCosine } from '@genai/train';
import type { Vae } from '@genai/vae';
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import { number } from '../progress.js';
import type { ReproContext } from './protocol.js';
import { trainKept } from './train-kept.js';

/** How a VAE is trained on binary vectors: Adam with a rate that falls along a cosine, the parameters averaged. */
export interface VaeTraining<P extends Tree<Tensor>, M extends string> {
  readonly model: Vae<P>;
  /** Intensities (batch, features) in [0, 1], binarised anew at every step. */
  readonly train: Dataset<Tensor>;
  /** Binary vectors whose ELBO is told every ten epochs. */
  readonly watch?: Dataset<Tensor> | undefined;
  readonly batch: number;
  readonly epochs: number;
  /** The rate at the beginning; it ends at a hundredth. */
  readonly rate: number;
  readonly objective: (perEpoch: number) => Objective<Tensor, P, Tensor, M>;
}

/** Averaged parameters, which the caller owns, and how they were come by. */
export interface TrainedVae<P> {
  readonly params: P;
  readonly steps: number;
  readonly stopped: boolean;
}

/** How much of the average stays in a step. */
export const DECAY = 0.9995;

/** Trains to the end, keeping the state in the context's folder; a run that was stopped goes on from there. */
export async function trainVae<P extends Tree<Tensor>, M extends string>(
  { model, train, watch, batch, epochs, rate, objective }: VaeTraining<P, M>,
  context: ReproContext,
): Promise<TrainedVae<P>> {
  const [runKey, orderKey, pixelKey, watchKey] = split(key(context.seed), 4);
  const data = batches(train, { size: batch, key: orderKey });
  const { perEpoch } = data;
  const steps = epochs * perEpoch;
  const optimizer = adam(warmupCosine({ peak: rate, steps, end: rate / 100 }));
  const step = ema(minimize(objective(perEpoch), optimizer), { decay: DECAY });
  await using run = await trainKept(
    step,
    {
      name: 'run',
      data: binarize(data, { key: pixelKey }),
      steps,
      key: runKey,
      shown: 'loss',
      look: watch && {
        every: 10 * perEpoch,
        say: async ({ average }, made) =>
          `epoch ${made / perEpoch}: ELBO ${number(await elboOf(model, average, watch, watchKey))} on images held out`,
      },
    },
    context,
  );
  const params = scope(() => mapLeaves<Tensor, P>(run.state.average, (leaf) => clone(leaf)));
  return { params, steps: run.step, stopped: run.step < steps };
}

async function elboOf<P>(model: Vae<P>, params: P, data: Dataset<Tensor>, key: Key): Promise<number> {
  const scores = await evaluate(model, params, {
    data: batches(data, { size: 500, epochs: 1, last: 'keep' }),
    key,
    metrics: { elbo: elbo() },
  });
  return scores.elbo.mean;
}
