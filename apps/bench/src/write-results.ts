import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { COLUMNS, type Line } from './report.js';

export interface Written {
  readonly rows: readonly (readonly string[])[];
  readonly lines: readonly Line[];
  readonly notes: readonly string[];
  /** What was typed after `pnpm bench`. */
  readonly args: readonly string[];
  readonly today: Date;
}

/** Writes `performance.md` and `performance.jsonl` into docs/results. */
export function writeResults({ rows, lines, notes, args, today }: Written): void {
  // The bundle of this file lies two folders below the repository's root folder of applications.
  const folder = join(import.meta.dirname, '../../../docs/results');
  const cells = (row: readonly string[]): string => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const text = [
    '# performance',
    '',
    `Written by \`pnpm bench ${args.join(' ')}\` on ${today.toISOString().slice(0, 10)}; the same figures, a line of JSON`,
    'for each workload, are in `performance.jsonl`.',
    '',
    `${machine()}; Node ${process.versions.node}.`,
    '',
    'Median milliseconds of a training step, of workloads named `decode` or `draw` of what one drawing takes, with the fastest',
    'and the slowest, and the largest resident memory of the process. All engines of a workload ran in turn, each in a process of its own. The last column is our median divided by',
    'that of the row: below 1, ours is faster.',
    '',
    cells(COLUMNS),
    cells(COLUMNS.map(() => '---')),
    ...rows.map(cells),
    '',
    ...notes.map((note) => `- ${note}`),
    ...(notes.length > 0 ? [''] : []),
  ].join('\n');
  writeFileSync(join(folder, 'performance.md'), text);
  writeFileSync(join(folder, 'performance.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} threads, ${memory} GB, ${process.platform} ${process.arch}`;
}
