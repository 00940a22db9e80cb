import { GenaiError } from '@genai/core';
import type { Handlers, Job, JobContext, Watchable } from './job.js';
import { TrainingService } from './training-service.js';
import type { WorkerLike } from './worker-like.js';

/**
 * Makes this worker train for whoever started it with `trainIn`: `setup` chooses an engine and returns a run, exactly as
 * it would be written outside a worker.
 *
 * `handlers` answer questions of the live run; no move is made meanwhile, so that they may read its state.
 *
 * @example
 * export const job = serveTraining(
 *   async ({ seed }: { seed: number }, { from, signal }) => {
 *     await useBackend('auto');
 *     return train(minimize(elbo(digits), adam(1e-3)), { data, steps: 5_000, key: key(seed), from: from(), signal });
 *   },
 *   {
 *     sample: async (run, count: number) => {
 *       using images = owned(scope(() => digits.given(run.state.params).sample(key(1), [count])));
 *       return await images.data();
 *     },
 *   },
 * );
 * @throws GenaiError outside a worker, unless `port` is given.
 */
export function serveTraining<I, R extends Watchable, H extends Handlers<R> = Record<never, never>>(
  setup: (input: I, context: JobContext) => R | Promise<R>,
  handlers: H & Handlers<R> = {} as H & Handlers<R>,
  port: WorkerLike | undefined = parent(),
): Job<I, R, H> {
  if (!port) {
    throw new GenaiError(
      'serveTraining: this is no worker. Call it in the program that `trainIn` starts as a Worker, and import no more than its type elsewhere.',
    );
  }
  new TrainingService<I, R>({ setup, handlers }, port).open();
  return { setup, handlers };
}

/** What this thread talks to its maker through: `parentPort` in Node, itself in a Web Worker. */
function parent(): WorkerLike | undefined {
  const node = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:worker_threads');
  if (node?.parentPort) return node.parentPort;
  return 'importScripts' in globalThis ? (globalThis as WorkerLike) : undefined;
}
