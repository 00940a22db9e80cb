import { expectIntegers, GenaiError, type Snapshot } from '@genai/core';
import type { AnyJob, InputOf, StateOf, UnknownJob } from './job.js';
import type { CheckpointEvery } from './messages.js';
import type { Plain } from './plain.js';
import { RemoteRun } from './remote-run.js';
import type { WorkerLike } from './worker-like.js';
import type { WorkerRun } from './worker-run.js';

/** What {@link trainIn} can vary. */
export interface TrainInOptions<J extends AnyJob = UnknownJob> {
  /** What `setup` is given: plain data, copied to the worker (to each of them, if one has to be started again). */
  readonly input?: InputOf<J>;
  /** Goes on from here, exactly. */
  readonly from?: Snapshot<Plain<StateOf<J>>> | undefined;
  /** Stops the run: the loop rejects with the signal's reason; the worker stays and answers until the run is disposed. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Moves that the worker may make beyond the one that the loop is at. 1: none, it makes a move when the loop asks for one,
   * as without a worker. Default 16.
   */
  readonly window?: number | undefined;
  /** Collects the progress of this many milliseconds into one message; every move is told all the same. Default 0. */
  readonly coalesce?: number | undefined;
  /**
   * Sends a snapshot after so many steps or seconds. A worker that dies is started again from the last one and makes the
   * moves since then again, in silence. Default: never, it begins anew.
   */
  readonly checkpointEvery?: CheckpointEvery | undefined;
  /** How many workers in a row may die without a new step before the run fails. Default 3. */
  readonly respawns?: number | undefined;
  /**
   * Milliseconds after which a worker that gives no sign is taken for dead. No engine lets it answer within a move: take
   * more than the start and the longest move need. Default Infinity: then only what the worker itself reports counts.
   */
  readonly timeout?: number | undefined;
}

/**
 * Trains in a worker that calls `serveTraining`: what comes is iterated like a run, and goes through `pipe`, while this thread
 * stays free. A worker that dies is replaced: the loop is told each step once, with the numbers of a run that was not disturbed.
 *
 * @example
 * import type { job } from './job.js';
 * await using run = trainIn<typeof job>(() => new Worker(new URL('./job.js', import.meta.url), { type: 'module' }), {
 *   input: { seed: 0 },
 *   checkpointEvery: { seconds: 10 },
 * });
 * for await (const { step, metrics } of pipe(run, every(100))) console.log(step, metrics.loss);
 * @throws GenaiError if an option is out of range. While iterating: what the worker's run throws (a GenaiError and a
 * NotFiniteError are such here too), the signal's reason, a GenaiError when workers die without getting on.
 */
export function trainIn<J extends AnyJob = UnknownJob>(
  spawn: () => WorkerLike,
  options: TrainInOptions<J> = {},
): WorkerRun<J> {
  const { window = 16, respawns = 3, coalesce = 0, timeout = Number.POSITIVE_INFINITY, checkpointEvery } = options;
  expectIntegers('trainIn', { window });
  expectIntegers('trainIn', { respawns }, 0);
  if (!(coalesce >= 0)) throw outOfRange('coalesce', 'a number of at least 0', coalesce);
  if (!(timeout > 0)) throw outOfRange('timeout', 'a number above 0', timeout);
  if (checkpointEvery) expectTimes(checkpointEvery);
  const input = structuredClone(options.input) as InputOf<J>; // as it is now, for every worker
  const run = new RemoteRun<J>(spawn, { ...options, input, window, respawns, coalesce, timeout });
  run.open();
  return run;
}

function expectTimes({ steps, seconds }: CheckpointEvery): void {
  if (steps === undefined && seconds === undefined) {
    throw new GenaiError('trainIn: checkpointEvery names neither steps nor seconds. Pass { steps: 500 }, say.');
  }
  if (steps !== undefined) expectIntegers('trainIn: checkpointEvery', { steps });
  if (seconds !== undefined && !(seconds > 0)) throw outOfRange('checkpointEvery.seconds', 'a number above 0', seconds);
}

function outOfRange(name: string, expected: string, got: number): GenaiError {
  return new GenaiError(`trainIn: ${name} must be ${expected}, got ${got}.`);
}
