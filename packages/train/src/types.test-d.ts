/** What the types promise; checked by the compiler, never run. */
import type { Batches, Key, Objective } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { adam, chain, clipByGlobalNorm, ema, every, jsonLines, minimize, pipe, sgd, stopWhen, train } from './index.js';

declare const key: Key;
declare const write: (line: string) => boolean;
declare const images: Batches<Tensor>;
declare const labelled: Batches<{ image: Tensor; label: Tensor }>;
declare const objective: Objective<Tensor, { weight: Tensor }, Tensor, 'kl'>;

const step = minimize(objective, chain(clipByGlobalNorm(1), adam(1e-3)));
const run = train(step, { data: images, steps: 10, key });

export async function metricsAreNumbersByName(): Promise<number[]> {
  const seen: number[] = [];
  for await (const { metrics, state } of pipe(
    run,
    every(2),
    stopWhen(({ metrics: { kl } }) => kl < 1),
  )) {
    seen.push(metrics.loss, metrics.kl, state.params.weight.size);
    // @ts-expect-error the objective watches no accuracy
    seen.push(metrics.accuracy);
  }
  for await (const { metrics } of pipe(run, jsonLines(write))) seen.push(metrics.kl);
  return seen;
}

// @ts-expect-error the objective takes tensors, not pairs
train(step, { data: labelled, steps: 10, key });

// @ts-expect-error a key is made by key(seed)
train(step, { data: images, steps: 10, key: [0, 1] });

// @ts-expect-error an optimizer without an objective is no step
train(sgd(0.1), { data: images, steps: 10, key });

// @ts-expect-error the last part of a chain is an optimizer
chain(clipByGlobalNorm(1), clipByGlobalNorm(2));

export const average: Tensor = train(ema(step, { decay: 0.99 }), { data: images, steps: 1, key }).state.average.weight;
// @ts-expect-error without ema there is no average
export const none: Tensor = run.state.average;
