import type { Operator } from './pipe.js';

/**
 * Lets through at most one progress in `milliseconds`, the first at once; the moves between are made all the same.
 *
 * @example
 * for await (const progress of pipe(run, throttle(250))) draw(progress);
 */
export function throttle<P>(milliseconds: number): Operator<P> {
  return async function* (source) {
    let next = Number.NEGATIVE_INFINITY;
    for await (const progress of source) {
      const now = performance.now();
      if (now < next) continue;
      next = now + milliseconds;
      yield progress;
    }
  };
}
