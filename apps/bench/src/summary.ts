import type { Measured } from './measured.js';

/** What all rounds of a contender come to. */
export interface Summary {
  readonly engine: string;
  readonly blas: string | null;
  readonly threads: number;
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** Timed steps. */
  readonly steps: number;
  /** The largest of any round. */
  readonly rssMb: number;
  readonly params: number;
  readonly lossFirst: number;
  readonly lossLast: number;
  readonly notes: readonly string[];
}

export function summary(rounds: readonly Measured[]): Summary {
  const times = rounds.flatMap(({ times }) => times).sort((a, b) => a - b);
  const last = rounds.at(-1)!;
  return {
    engine: last.engine,
    blas: last.blas ?? null,
    threads: last.threads,
    medianMs: rounded(median(times)),
    minMs: rounded(times[0]!),
    maxMs: rounded(times.at(-1)!),
    steps: times.length,
    rssMb: Math.round(Math.max(...rounds.map(({ rssMb }) => rssMb))),
    params: last.params,
    lossFirst: last.lossFirst,
    lossLast: last.lossLast,
    notes: last.notes ?? [],
  };
}

/** Of sorted numbers. */
export function median(sorted: readonly number[]): number {
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function rounded(milliseconds: number): number {
  return Number(milliseconds.toPrecision(4));
}
