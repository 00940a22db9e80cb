import type { Operator } from './pipe.js';

/**
 * Calls `f` with each progress, waits for it, and lets the progress through.
 *
 * @example
 * pipe(run, tap(async ({ step }) => {
 *   if (step % 1000 === 0) await saveRun(store, run.snapshot());
 * }));
 */
export function tap<P>(f: (progress: P) => unknown): Operator<P> {
  return async function* (source) {
    for await (const progress of source) {
      await f(progress);
      yield progress;
    }
  };
}
