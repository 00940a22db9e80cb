import { expectIntegers } from '@genai/core';
import { expectImprovement, type Improvement, improves } from './improvement.js';
import type { Operator } from './pipe.js';

/** What {@link earlyStopping} remembers: a plain object, to be kept beside a checkpoint. */
export interface Patience {
  /** The best number so far; undefined before the first. */
  readonly best?: number;
  /** How many numbers in a row were not better. */
  readonly since: number;
}

/** What {@link earlyStopping} needs and can vary. */
export interface EarlyStoppingOptions<P> extends Improvement {
  /** The number to watch; progress where it is undefined does not count. */
  readonly metric: (progress: P) => number | undefined;
  /** Numbers in a row that are not better, after which to stop. */
  readonly patience: number;
  /** What an earlier one remembered, to go on with. */
  readonly from?: Patience | undefined;
  /** Is told what to remember after each number, before the progress is let through. */
  readonly record?: (patience: Patience) => unknown;
}

/**
 * Ends when a number has not become better for some time; the progress that ends it is still let through.
 *
 * @example
 * const watched = pipe(
 *   run,
 *   evaluateEvery({ every: 500, evaluate: async ({ state }) => ({ loss: await validate(state.params) }) }),
 *   earlyStopping({ metric: ({ metrics }) => metrics['valid.loss'], patience: 5 }),
 * );
 * @throws GenaiError unless `patience` is an integer above 0 and `minDelta` at least 0.
 * @source Prechelt 1998, "Early stopping – but when?", criterion UP.
 */
export function earlyStopping<P>({
  metric,
  patience,
  from = { since: 0 },
  record,
  ...better
}: EarlyStoppingOptions<P>): Operator<P> {
  expectIntegers('earlyStopping', { patience });
  expectImprovement('earlyStopping', better);
  return async function* (source) {
    let now = from;
    for await (const progress of source) {
      const value = metric(progress);
      if (value !== undefined) {
        now = improves(value, now.best, better) ? { best: value, since: 0 } : { ...now, since: now.since + 1 };
        await record?.(now);
      }
      yield progress;
      if (value !== undefined && now.since >= patience) return;
    }
  };
}
