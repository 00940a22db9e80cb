import { expectIntegers } from '@genai/core';
import { expectImprovement, type Improvement, improves } from './improvement.js';
import type { Operator } from './pipe.js';

/** A state that is kept. */
export interface Kept {
  /** Under which name it was saved. */
  readonly name: string;
  /** The moves made then. */
  readonly step: number;
  /** Its number. */
  readonly value: number;
}

/** What {@link keepBest} needs and can vary. */
export interface KeepBestOptions<P> extends Pick<Improvement, 'mode'> {
  /** The number that tells what is good; progress where it is undefined is not kept. */
  readonly metric: (progress: P) => number | undefined;
  /** How many to keep; default 1. */
  readonly count?: number;
  /** Saves the state of the progress under a name. It is awaited before the next move. */
  readonly save: (progress: P, name: string) => unknown;
  /** Removes what was saved under a name. */
  readonly remove: (name: string) => unknown;
  /** The name of a state to be saved; default `step-1000`. */
  readonly name?: (progress: P) => string;
  /** What an earlier one kept, to go on with. */
  readonly from?: readonly Kept[] | undefined;
  /** Is told what is kept, best first, when that has changed: after the new was saved, before the old is removed. */
  readonly record?: (kept: readonly Kept[]) => unknown;
}

/**
 * Keeps the states with the best numbers, wherever you save them.
 *
 * The new one is saved, then recorded, and only then the worst removed: a crash at any time leaves one state too many at
 * most, never one too few, and every recorded one there.
 *
 * @example
 * pipe(
 *   run,
 *   evaluateEvery({ every: 500, evaluate }),
 *   keepBest({
 *     metric: ({ metrics }) => metrics['valid.loss'],
 *     count: 3,
 *     save: (_, name) => saveRun(directory(`runs/digits/${name}`), run.snapshot()),
 *     remove: (name) => rm(`runs/digits/${name}`, { recursive: true, force: true }),
 *     record: (kept) => writeFile('runs/digits/best.json', JSON.stringify(kept)),
 *   }),
 * );
 * @throws GenaiError unless `count` is an integer above 0.
 */
export function keepBest<P extends { readonly step: number }>({
  metric,
  count = 1,
  save,
  remove,
  name = ({ step }) => `step-${step}`,
  from = [],
  record,
  ...better
}: KeepBestOptions<P>): Operator<P> {
  expectIntegers('keepBest', { count });
  expectImprovement('keepBest', better);
  return async function* (source) {
    let kept = [...from];
    for await (const progress of source) {
      const value = metric(progress);
      if (
        value !== undefined &&
        (kept.length < count ? Number.isFinite(value) : improves(value, kept.at(-1)!.value, better))
      ) {
        const made = { name: name(progress), step: progress.step, value };
        await save(progress, made.name);
        const others = kept.filter((other) => other.name !== made.name); // a run that goes on may come by a step again
        const worse = others.findIndex((other) => improves(value, other.value, better));
        const all = others.toSpliced(worse < 0 ? others.length : worse, 0, made);
        kept = all.slice(0, count);
        await record?.(kept);
        for (const old of all.slice(count)) await remove(old.name);
      }
      yield progress;
    }
  };
}
