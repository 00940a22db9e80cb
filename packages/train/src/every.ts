import { GenaiError } from '@genai/core';
import type { Operator } from './pipe.js';

/**
 * Lets through the progress of each `count`th step; the moves between are made all the same.
 *
 * @example
 * for await (const { step, metrics } of pipe(run, every(100))) console.log(step, metrics.loss);
 * @throws GenaiError unless `count` is an integer above 0.
 */
export function every<P extends { readonly step: number }>(count: number): Operator<P> {
  if (!Number.isInteger(count) || count < 1) {
    throw new GenaiError(`every: count must be an integer of at least 1, got ${count}.`);
  }
  return async function* (source) {
    for await (const progress of source) if (progress.step % count === 0) yield progress;
  };
}
