import type { Snapshot } from '@genai/core';
import type { AnswerOf, AnyJob, ArgumentsOf, MetricsOf, StateOf, UnknownJob } from './job.js';
import type { Plain } from './plain.js';

/** One move of training in a worker: `Progress` without the state, which stays there. */
export interface WorkerProgress<M = { readonly [name: string]: number }> {
  /** Moves made so far: the first progress says 1. */
  readonly step: number;
  /** What the step gave to watch, as numbers. */
  readonly metrics: M;
  /** Seconds the run has been iterated, moves that were made again included. */
  readonly seconds: number;
}

/**
 * Training under way in a worker: iterate it to make moves, dispose it to end the worker.
 *
 * As with a `Run`, the loop may be left at any move, and a later loop goes on there. Questions (`snapshot`, `call`, `pause`,
 * `resume`) are answered between two moves, and also when the run has ended or failed.
 */
export interface WorkerRun<J extends AnyJob = UnknownJob>
  extends AsyncIterable<WorkerProgress<MetricsOf<J>>>,
    AsyncDisposable {
  /** The step of the last progress that the loop was given. The worker may be a window ahead. */
  readonly step: number;
  /** The last snapshot that came by `checkpointEvery`: what a new worker would go on from. Not to be changed. */
  readonly checkpoint: Snapshot<Plain<StateOf<J>>> | undefined;
  /** Stops before the next move, until `resume`. Fulfilled when the worker stands still. */
  readonly pause: () => Promise<void>;
  readonly resume: () => Promise<void>;
  /**
   * All that is needed to go on exactly, as arrays that are yours: give it to `trainIn` as `from`, or make tensors of it
   * with `fromPlain`. Its `step` says of which move it is: with `window: 1` of the one that the loop was last given.
   */
  readonly snapshot: () => Promise<Snapshot<Plain<StateOf<J>>>>;
  /**
   * Asks a handler of the job. Arguments and answer are copied, unless the handler says `transfer`.
   *
   * @example
   * const pixels = await run.call('sample', 16);
   */
  readonly call: <N extends keyof J['handlers'] & string>(
    name: N,
    ...args: ArgumentsOf<J['handlers'][N]>
  ) => Promise<AnswerOf<J['handlers'][N]>>;
}
