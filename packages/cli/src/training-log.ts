import { open, readFile } from 'node:fs/promises';
import { writeAtomically } from './write-atomically.js';

/** One line per step: `{"step":1,"loss":543.2,…}`. */
export interface TrainingLog {
  readonly add: (step: number, metrics: { readonly [name: string]: number | string }) => void;
  /** Writes what was added since the last time, so that it outlasts a loss of power. After a failure it can be tried again. */
  readonly flush: () => Promise<void>;
}

/**
 * A log of every step beside a run. Lines after step `from` of an earlier, interrupted run are dropped first, so that the
 * file reads as if there had been no interruption.
 */
export async function trainingLog(path: string, from: number): Promise<TrainingLog> {
  const kept = from > 0 ? keptLines(await readIfThere(path), from) : '';
  await writeAtomically(path, kept);
  let end = Buffer.byteLength(kept);
  let waiting = '';
  return {
    add: (step, metrics) => {
      waiting += `${JSON.stringify({ step, ...metrics })}\n`;
    },
    flush: async () => {
      const bytes = Buffer.from(waiting);
      const file = await open(path, 'r+');
      try {
        // At its place, not appended: what a full disk cut off is written over by the next attempt.
        for (let at = 0; at < bytes.length; ) {
          at += (await file.write(bytes, at, bytes.length - at, end + at)).bytesWritten;
        }
        await file.datasync(); // before the checkpoint that says these steps were made
      } finally {
        await file.close();
      }
      end += bytes.length;
      waiting = '';
    },
  };
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error; // not to be taken for an empty log and written over
  }
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
