import type { Result } from './race.js';
import type { Summary } from './summary.js';
import type { Timed } from './workload.js';

/** One line of `--json`: one of our engines at one workload, against each peer. */
export interface Line {
  readonly workload: string;
  readonly engine: string;
  readonly blas: string | null;
  readonly threads: number;
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly rssMb: number;
  /** Each peer's figures, `ratio` being our median ÷ theirs; or why it has none. */
  readonly peers: { readonly [name: string]: PeerFigures | { readonly missing: string } };
}

type PeerFigures = Pick<Summary, 'engine' | 'threads' | 'medianMs' | 'minMs' | 'maxMs' | 'rssMb'> & {
  readonly ratio: number;
};

/** A line for each of our engines that ran. */
export function linesOf({ name: workload }: Timed, results: readonly Result[]): Line[] {
  return ours(results).flatMap(({ summary: mine }) => {
    if (!mine) return [];
    const { engine, blas, threads, medianMs, minMs, maxMs, rssMb } = mine;
    const peers = Object.fromEntries(
      theirs(results).map(({ contender, summary, missing }) => [
        contender.name,
        summary ? { ...figures(summary), ratio: ratio(mine, summary) } : { missing },
      ]),
    );
    return [{ workload, engine, blas, threads, medianMs, minMs, maxMs, rssMb, peers }];
  });
}

/** What is wrong with the results: a net of another size, a loss that is no number, one of ours that failed. */
export function faultsOf(workload: Timed, results: readonly Result[]): string[] {
  return results.flatMap(({ contender, summary, missing }) => {
    const where = `${workload.name}, ${contender.name}`;
    if (!summary) return contender.isOurs ? [`${where}: ${missing}`] : [];
    const faults: string[] = [];
    if (summary.params !== workload.params) {
      faults.push(`${where}: has ${summary.params} numbers, expected ${workload.params}`);
    }
    if (!Number.isFinite(summary.lossLast)) faults.push(`${where}: the loss became ${summary.lossLast}`);
    return faults;
  });
}

export const COLUMNS = ['workload', 'engine', 'threads', 'ms/step [min–max]', 'peak MB', 'loss', 'ours ÷ it'] as const;

/** A row for each contender; what ours is to a peer stands in the row of the peer, a figure for each of ours. */
export function rowsOf({ name, params }: Timed, results: readonly Result[]): string[][] {
  return results.map(({ contender, summary, missing }, i) => {
    const first = i === 0 ? `${name} (${params.toLocaleString('en')})` : '';
    if (!summary) return [first, contender.name, '–', missing ?? '–', '–', '–', '–'];
    const { engine, threads, medianMs, minMs, maxMs, rssMb, lossFirst, lossLast } = summary;
    const ratios = contender.isOurs
      ? ''
      : ours(results)
          .map((mine) => (mine.summary ? ratio(mine.summary, summary).toFixed(3) : '–'))
          .join(', ');
    return [
      first,
      contender.isOurs ? engine : `${contender.name}: ${engine}`,
      String(threads),
      `${medianMs} [${minMs}–${maxMs}]`,
      String(rssMb),
      `${lossFirst.toPrecision(4)} → ${lossLast.toPrecision(4)}`,
      ratios,
    ];
  });
}

/** Rows in columns of one width, for a terminal. */
export function aligned(rows: readonly (readonly string[])[], widths: readonly number[]): string {
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function figures({ engine, threads, medianMs, minMs, maxMs, rssMb }: Summary): Omit<PeerFigures, 'ratio'> {
  return { engine, threads, medianMs, minMs, maxMs, rssMb };
}

function ratio(mine: Summary, summary: Summary): number {
  return Number((mine.medianMs / summary.medianMs).toPrecision(3));
}

const ours = (results: readonly Result[]): Result[] => results.filter(({ contender }) => contender.isOurs);
const theirs = (results: readonly Result[]): Result[] => results.filter(({ contender }) => !contender.isOurs);
