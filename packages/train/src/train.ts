import { GenaiError, type Key, type Snapshot, type Step, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { BatchSource } from './batch-reader.js';
import type { Run } from './run.js';
import { Training } from './training.js';

/** What {@link train} needs and can vary. */
export interface TrainOptions<S, B> {
  /**
   * The batches, one per move. When they end early the run ends, without an error. `Batches` are opened at the run's
   * cursor, also for a run that goes on from a snapshot; a plain iterable is read from its start (a second loop over the
   * run skips what was used), a generator from where it stands.
   */
  readonly data: BatchSource<B>;
  /** Moves to make in all, those before a snapshot included; `Infinity` to go on until the data end or you stop. */
  readonly steps: number;
  /** Where all randomness comes from: the first state from `fold(key, 0)`, move i (0 is the first) from `fold(key, i + 1)`. */
  readonly key: Key;
  /** Goes on from here, exactly. The run takes over the snapshot's tensors and frees them. */
  readonly from?: Snapshot<S> | undefined;
  /** Stops the run: the loop rejects with the signal's reason; the state stays at the last whole move. */
  readonly signal?: AbortSignal | undefined;
  /** Stops with a `NotFiniteError` when a loss or a parameter becomes NaN or infinite. Default true. */
  readonly guard?: boolean | undefined;
  /**
   * Moves started before the metrics of the last are read: 1 keeps engines busy whose reads take time, and holds one more
   * state meanwhile. What is told is the same. Default 1 on webgl and webgpu, else 0.
   */
  readonly ahead?: 0 | 1 | undefined;
  /**
   * Records the step once on engines that can (simd), and replays its kernels from then on, with the same numbers:
   * 'auto' where it can be done, `run.captured` tells; true or a `CannotCaptureError`; false never. Default 'auto'.
   * A replay does not run the step's JavaScript: what it prints or counts beside the tensors it does not do again.
   */
  readonly capture?: 'auto' | boolean | undefined;
  /** Lets the event loop go round at least this often, in ms, so that a page stays alive. Default 16. */
  readonly yieldEvery?: number | undefined;
}

/**
 * Folds `step` over `data` and lets you watch: each iteration makes one move.
 *
 * @example
 * await using run = train(minimize(elbo(digits), adam(1e-3)), { data, steps: 5_000, key: key(0) });
 * for await (const { step, metrics } of run) if (step % 500 === 0) console.log(step, metrics.loss);
 * using images = owned(scope(() => digits.given(run.state.params).sample(key(1), [16])));
 * @throws GenaiError if `steps` is no count, or `key` is not the key of the snapshot. While iterating: NotFiniteError,
 * CannotCaptureError, the signal's reason, and whatever the step or the data throw.
 */
export function train<S extends Tree<Tensor>, B, M extends string>(
  step: Step<S, B, { readonly [name in M]: Tensor }>,
  options: TrainOptions<S, B>,
): Run<S, M> {
  const { steps, key, from } = options;
  if (!(steps === Number.POSITIVE_INFINITY || (Number.isInteger(steps) && steps >= 0))) {
    throw new GenaiError(`train: steps must be an integer of at least 0 or Infinity, got ${steps}.`);
  }
  if (from && (from.key[0] !== key[0] || from.key[1] !== key[1])) {
    throw new GenaiError('train: the key is not the one of the snapshot. Pass `key: snapshot.key` to go on exactly.');
  }
  return new Training(step, options);
}
