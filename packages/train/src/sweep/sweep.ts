import { expectIntegers, GenaiError, type Key } from '@genai/core';
import type { Space } from './space.js';
import type { Strategy, Trial, TrialResult } from './strategy.js';

export interface SweepOptions<S> {
  readonly space: Space<S>;
  /** `gridSearch`, `randomSearch`, `successiveHalving`, or one of your own. */
  readonly strategy: Strategy;
  /**
   * Trains with the trial's settings until `trial.steps` moves are made in all, and gives its score: lower is better. A trial whose
   * settings were tried before for fewer moves may go on from what was kept under its `id`.
   */
  readonly run: (trial: Trial<S>, signal: AbortSignal | undefined) => Promise<number>;
  /** What is drawn at random. */
  readonly key: Key;
  /** Trials under way at the same time. Default 1: an engine computes on all cores anyway. */
  readonly atOnce?: number;
  /** Results of an earlier, interrupted sweep of the same key, space and strategy: those trials are not run again. */
  readonly known?: readonly Pick<TrialResult<S>, 'id' | 'steps' | 'score'>[];
  /** Stops: rejects with the signal's reason. Results told so far can be given as `known`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Searches settings: runs the trials of a strategy and tells each result as it comes.
 *
 * The trials depend on the key and, for halving, on the scores alone, so that an interrupted sweep goes on with `known`. A trial that
 * throws ends the sweep; catch what should only count as bad (a loss that is not finite) in `run` and give Infinity.
 *
 * @example
 * const space = { rate: logUniform(1e-4, 1e-1), width: oneOf([64, 128, 256]) };
 * const strategy = successiveHalving({ trials: 27, steps: 2_700 });
 * for await (const { settings, steps, score } of sweep({ space, strategy, run, key: key(0) })) console.log(settings, steps, score);
 * @throws GenaiError if a score is no number.
 */
export async function* sweep<S>(options: SweepOptions<S>): AsyncGenerator<TrialResult<S>, void, void> {
  const { space, strategy, key, atOnce = 1, known = [], signal } = options;
  expectIntegers('sweep', { atOnce });
  const rounds = strategy.rounds(space, key);
  let next = rounds.next();
  while (!next.done) {
    const trials = next.value;
    const results = new Map<Trial<S>, TrialResult<S>>();
    for await (const result of finished(trials, options, atOnce, known, signal)) {
      results.set(trials.find(({ id }) => id === result.id)!, result);
      yield result;
    }
    next = rounds.next(trials.map((trial) => results.get(trial)!));
  }
}

/** The trials' results in the order in which they come, `atOnce` under way. When it is left, those under way are stopped and awaited. */
async function* finished<S>(
  trials: readonly Trial<S>[],
  { run }: SweepOptions<S>,
  atOnce: number,
  known: SweepOptions<S>['known'] & {},
  outer: AbortSignal | undefined,
): AsyncGenerator<TrialResult<S>, void, void> {
  const own = new AbortController();
  const signal = outer ? AbortSignal.any([outer, own.signal]) : own.signal;
  const under = new Map<Trial<S>, Promise<TrialResult<S>>>();
  const waiting = [...trials];
  try {
    while (waiting.length > 0 || under.size > 0) {
      outer?.throwIfAborted();
      for (; waiting.length > 0 && under.size < atOnce; ) {
        const trial = waiting.shift()!;
        const found = known.find(({ id, steps }) => id === trial.id && steps === trial.steps);
        under.set(trial, found ? Promise.resolve({ ...trial, score: found.score }) : measured(trial, run, signal));
      }
      const result = await Promise.race(under.values());
      under.delete([...under.keys()].find(({ id }) => id === result.id)!);
      yield result;
    }
  } finally {
    own.abort(new GenaiError('sweep: the sweep was left.'));
    await Promise.allSettled(under.values());
  }
}

async function measured<S>(trial: Trial<S>, run: SweepOptions<S>['run'], signal: AbortSignal): Promise<TrialResult<S>> {
  const score = await run(trial, signal);
  if (typeof score !== 'number') {
    throw new GenaiError(`sweep: trial ${trial.id} gave ${String(score)}, expected a number as its score.`);
  }
  return { ...trial, score };
}
