import { join } from 'node:path';
import { loadRun, saveRun } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import type { Batches, Key, Step, Tree } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { type Run, train } from '@genai/train';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ReproContext } from './protocol.js';

/** What a step is run on, and how it is watched. */
export interface KeptTraining<S, B, M extends string> {
  /** The folder of its state, inside the context's. */
  readonly name: string;
  readonly data: Batches<B>;
  readonly steps: number;
  readonly key: Key;
  /** The number that the progress bar shows. */
  readonly shown: M;
  /** Told every so many steps. */
  readonly look?: { readonly every: number; readonly say: (state: S, step: number) => Promise<string> } | undefined;
}

const SAVE_SECONDS = 30;

/**
 * Trains to the end or until the signal, keeping the state now and then and when it ends; it goes on with what is kept.
 *
 * The caller disposes of the run, whose `step` is below `steps` if it was stopped.
 */
export async function trainKept<S extends Tree<Tensor>, B, M extends string>(
  step: Step<S, B, { readonly [name in M]: Tensor }>,
  { name, data, steps, key, shown, look }: KeptTraining<S, B, NoInfer<M>>,
  { folder, bar, signal }: Pick<ReproContext, 'folder' | 'bar' | 'signal'>,
): Promise<Run<S, M>> {
  const store = directory(join(folder, name));
  const from = (await store.read('state.json'))
    ? await loadedLike(
        () => step.init(key),
        (like) => loadRun(store, like),
      )
    : undefined;
  const run = train(step, { data, steps, key, from });
  const start = run.step;
  const began = performance.now();
  let savedAt = began;
  try {
    if (start < steps) {
      for await (const { metrics } of run) {
        bar.update({ step: run.step, steps, start, elapsed: performance.now() - began, loss: metrics[shown] });
        if (look && run.step % look.every === 0) bar.note(await look.say(run.state, run.step));
        const isLast = run.step === steps || signal.aborted;
        if (isLast || performance.now() - savedAt > 1000 * SAVE_SECONDS) {
          await saveRun(store, run.snapshot());
          savedAt = performance.now();
        }
        if (isLast) break;
      }
    }
  } catch (error) {
    await run[Symbol.asyncDispose]();
    throw error;
  }
  bar.end();
  return run;
}

/** What `load` gives for a tree of this form; the tree itself is freed. */
export async function loadedLike<S extends Tree<Tensor>, R>(init: () => S, load: (like: S) => Promise<R>): Promise<R> {
  using like = owned(scope(() => ({ state: init() })));
  return await load(like.state);
}
