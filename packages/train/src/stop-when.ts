import type { Operator } from './pipe.js';

/**
 * Ends with the first progress for which `predicate` holds; that one is still let through.
 *
 * @example
 * pipe(run, stopWhen(({ metrics, seconds }) => metrics.loss < 90 || seconds > 120));
 */
export function stopWhen<P>(predicate: (progress: P) => boolean): Operator<P> {
  return async function* (source) {
    for await (const progress of source) {
      yield progress;
      if (predicate(progress)) return;
    }
  };
}
