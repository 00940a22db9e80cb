import type { CannotCaptureError, Snapshot } from '@genai/core';

/** One move of training, told after it was made. */
export interface Progress<S, M extends string = string> {
  /** Moves made so far: the first progress says 1. */
  readonly step: number;
  /** The state after the move; the run's own, valid until the next move. */
  readonly state: S;
  /** What the step gave to watch, as numbers. */
  readonly metrics: { readonly [name in M]: number };
  /** Seconds this run has been iterated, the consumer's work between two moves included. */
  readonly seconds: number;
}

/**
 * Training under way: iterate it to make moves, dispose it to free its state.
 *
 * The loop may be left at any move by `break`, an error or a signal, and a later loop goes on where it stopped.
 */
export interface Run<S, M extends string = string> extends AsyncIterable<Progress<S, M>>, AsyncDisposable {
  /** The state after the last whole move. The run owns it: it is freed by the next move, or with the run. */
  readonly state: S;
  /** Moves made so far, those before a snapshot included. */
  readonly step: number;
  /**
   * Whether the last move was a replay of recorded kernels: true; false (so it is at first, and on engines that cannot);
   * or why this step cannot be captured. The numbers are the same in each case.
   */
  readonly captured: boolean | CannotCaptureError;
  /**
   * All that is needed to go on exactly. It shares the run's tensors: save or copy it before the next move.
   *
   * @example
   * for await (const { step } of run) if (step % 1000 === 0) await saveRun(store, run.snapshot(), { config });
   */
  readonly snapshot: () => Snapshot<S>;
}
