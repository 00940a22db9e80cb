/** What a child is asked to time. */
export interface Order {
  readonly workload: string;
  readonly backend: string;
  readonly threads: number;
  readonly seconds: number;
  /** Steps to time even when that takes longer. */
  readonly minSteps: number;
  readonly batch?: number | undefined;
}

/** What a child tells, ours and a peer's alike. */
export interface Measured {
  /** Milliseconds of each timed step. */
  readonly times: readonly number[];
  readonly lossFirst: number;
  readonly lossLast: number;
  /** Steps made, those before the clock included. */
  readonly steps: number;
  readonly params: number;
  readonly threads: number;
  /** The largest resident memory of the process. */
  readonly rssMb: number;
  /** What computed, with its version. */
  readonly engine: string;
  /** The library that multiplies matrices, where it is not the engine itself. */
  readonly blas?: string;
  readonly notes?: readonly string[];
}
