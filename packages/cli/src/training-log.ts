import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeAtomically } from './write-atomically.js';

/** One line per step: `{"step":1,"loss":543.2,…}`. */
export interface TrainingLog {
  readonly add: (step: number, metrics: { readonly [name: string]: number }) => void;
  /** Writes what was added since the last time. */
  readonly flush: () => Promise<void>;
}

/**
 * A log of every step beside a run. Lines after step `from` of an earlier, interrupted run are dropped first, so that the
 * file reads as if there had been no interruption.
 */
export async function trainingLog(path: string, from: number): Promise<TrainingLog> {
  const before = from > 0 ? await readFile(path, 'utf8').catch(() => '') : '';
  await mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, keptLines(before, from));
  let waiting = '';
  return {
    add: (step, metrics) => {
      waiting += `${JSON.stringify({ step, ...metrics })}\n`;
    },
    flush: async () => {
      const text = waiting;
      waiting = '';
      await appendFile(path, text);
    },
  };
}

/** The lines up to `step`; a torn last line is dropped too. */
function keptLines(text: string, step: number): string {
  const lines = text.split('\n').filter((line) => {
    try {
      return (JSON.parse(line) as { step: number }).step <= step;
    } catch {
      return false;
    }
  });
  return lines.map((line) => `${line}\n`).join('');
}
