/** How {@link Collective.allReduce} makes one number of those at the same place on every rank. */
export type Reduction = 'sum' | 'mean' | 'max' | 'min';

/**
 * What several processes or threads (ranks) that run one program do together, as in MPI.
 *
 * Every rank makes the same calls in the same order. A call holds its thread until all ranks are there, so that it may
 * stand inside a training step; if one does not come in time, was ended, or calls something else, all others get a
 * `CollectiveError` instead of waiting for ever, and the collective is of no more use. Disposing is such a call too:
 * a rank that leaves early by an error tells the others so.
 *
 * @example
 * await using ranks = await mpi(); // under `mpirun -np 4 node train.js`; alone() and joinThreads(seat) are others
 * const loss = Float32Array.of(0.5);
 * ranks.allReduce(loss, 'mean');
 */
export interface Collective extends AsyncDisposable {
  /** Which of the ranks this is, from 0. */
  readonly rank: number;
  /** How many ranks there are. */
  readonly size: number;
  /**
   * Replaces `values` on all ranks by what `reduction` (default 'sum') makes of them, number by number: the same bits on
   * every rank, and in every repetition.
   *
   * @throws CollectiveError, also where the ranks give different lengths or reductions.
   */
  readonly allReduce: (values: Float32Array, reduction?: Reduction) => void;
  /** Replaces `values` on all ranks by those of rank `root` (default 0). @throws CollectiveError */
  readonly broadcast: (values: Float32Array, root?: number) => void;
  /**
   * On rank `root` (default 0) copies of the values of all ranks, which may be of different lengths; on the others
   * undefined.
   *
   * @throws CollectiveError
   */
  readonly gather: (values: Float32Array, root?: number) => readonly Float32Array[] | undefined;
  /** Waits until all ranks are here. @throws CollectiveError */
  readonly barrier: () => void;
  /** Gives up on all ranks at once: the calls of the others fail (threads), or their processes end (MPI). */
  readonly abort: () => void;
}

/** What a collective of several ranks can vary. */
export interface CollectiveOptions {
  /** How long a call waits for the other ranks, in ms; default 60 000. */
  readonly timeout?: number;
}
