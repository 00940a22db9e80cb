import { join } from 'node:path';
import { load, save, saveRun } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { type Key, key, type Objective, type Optimizer, split, type Tree } from '@genai/core';
import { batches, binarize, type Dataset } from '@genai/data';
import { elbo, evaluate } from '@genai/eval';
import { scope } from '@genai/tensor';
import { minimize } from '@genai/train';
import type { Vae } from '@genai/vae';
import type { Tensor } from '@tensorflow/tfjs-core';
import { number } from '../progress.js';
import { keptRun, loadedLike } from './kept-run.js';
import type { ReproContext } from './protocol.js';

/** How a VAE is trained on binary vectors. */
export interface VaeTraining<P extends Tree<Tensor>, M extends string, O extends Tree<Tensor>> {
  readonly model: Vae<P>;
  /** Intensities (batch, features) in [0, 1], binarised anew at every step. */
  readonly train: Dataset<Tensor>;
  /** Binary vectors that tell when to stop; without them the last parameters count. */
  readonly validation?: Dataset<Tensor> | undefined;
  readonly batch: number;
  readonly epochs: number;
  /** Epochs without a better ELBO on the validation set after which it ends, counted from `patientFrom`. */
  readonly patience: number;
  readonly patientFrom: number;
  readonly objective: (perEpoch: number) => Objective<Tensor, P, Tensor, M>;
  readonly optimizer: (perEpoch: number) => Optimizer<Tensor, O>;
}

/** Parameters, which the caller owns, and how they were come by. */
export interface TrainedVae<P> {
  readonly params: P;
  readonly epoch: number;
  /** Epochs made in all. */
  readonly epochs: number;
  readonly steps: number;
  readonly stopped: boolean;
}

type Kept = { bestEpoch: number; bestElbo: number };

/**
 * Trains until the validation ELBO stops rising, keeping the state and the best parameters after each epoch in the
 * context's folder; a run that was stopped goes on from there.
 */
export async function trainVae<P extends Tree<Tensor>, M extends string, O extends Tree<Tensor>>(
  plan: VaeTraining<P, M, O>,
  { seed, folder, bar, signal }: ReproContext,
): Promise<TrainedVae<P>> {
  const { model, batch, epochs, patience, patientFrom, validation } = plan;
  const [runKey, orderKey, pixelKey, validationKey] = split(key(seed), 4);
  const data = batches(plan.train, { size: batch, key: orderKey });
  const { perEpoch } = data;
  const step = minimize(plan.objective(perEpoch), plan.optimizer(perEpoch));
  const [running, best] = [directory(join(folder, 'run')), directory(join(folder, 'best'))];
  const opened = await keptRun(step, {
    store: running,
    data: binarize(data, { key: pixelKey }),
    steps: epochs * perEpoch,
    key: runKey,
  });
  await using run = opened.run;
  let kept: Kept = { bestEpoch: 0, bestElbo: Number.NEGATIVE_INFINITY, ...opened.metrics };
  const start = run.step;
  const began = performance.now();
  const isOver = (): boolean => run.step / perEpoch - Math.max(kept.bestEpoch, patientFrom) >= patience;
  if (!isOver()) {
    for await (const { metrics } of run) {
      bar.update({
        step: run.step,
        steps: epochs * perEpoch,
        start,
        elapsed: performance.now() - began,
        loss: metrics.loss,
      });
      if (run.step % perEpoch !== 0) {
        if (!signal.aborted) continue;
        await saveRun(running, run.snapshot(), { metrics: kept });
        break;
      }
      const epoch = run.step / perEpoch;
      const params = run.state.params;
      const score = validation ? await elboOf(model, params, validation, validationKey) : epoch;
      if (score > kept.bestElbo) {
        kept = { bestEpoch: epoch, bestElbo: score };
        await save(best, params);
      }
      await saveRun(running, run.snapshot(), { metrics: kept });
      if (validation && epoch % 10 === 0) {
        bar.note(
          `epoch ${epoch}: validation ELBO ${number(score)}, best ${number(kept.bestElbo)} at ${kept.bestEpoch}`,
        );
      }
      if (signal.aborted || isOver()) break;
    }
  }
  bar.end();
  const stopped = signal.aborted;
  const params =
    kept.bestEpoch === 0
      ? scope(() => model.init(runKey))
      : await loadedLike(
          () => model.init(runKey),
          (like) => load(best, like),
        );
  return { params, epoch: kept.bestEpoch, epochs: Math.floor(run.step / perEpoch), steps: run.step, stopped };
}

async function elboOf<P>(model: Vae<P>, params: P, data: Dataset<Tensor>, key: Key): Promise<number> {
  const scores = await evaluate(model, params, {
    data: batches(data, { size: 500, epochs: 1, last: 'keep' }),
    key,
    metrics: { elbo: elbo() },
  });
  return scores.elbo.mean;
}
