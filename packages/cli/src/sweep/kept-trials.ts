import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrialResult } from '@genai/train';
import { UsageError } from '../usage-error.js';
import { writeAtomically } from '../write-atomically.js';
import type { Settings } from './read-space.js';

/** The results of a sweep so far and what it searches, in `sweep.json` of its folder. */
export interface KeptTrials {
  readonly known: readonly TrialResult<Settings>[];
  readonly add: (result: TrialResult<Settings>) => Promise<void>;
}

/**
 * Opens the file, or begins it. `search` is all that decides which trials there are.
 *
 * @throws UsageError if the folder holds a sweep of something else.
 */
export async function keptTrials(folder: string, shown: string, search: object): Promise<KeptTrials> {
  const path = join(folder, 'sweep.json');
  const before = await read(path, shown);
  if (before && JSON.stringify(before.search) !== JSON.stringify(search)) {
    throw new UsageError(`${shown} holds a sweep with other options or another space. Choose another --out.`);
  }
  const trials = [...(before?.trials ?? [])];
  const write = (): Promise<void> =>
    writeAtomically(path, `${JSON.stringify({ search, trials: trials.map(written) }, null, 2)}\n`);
  await write();
  return {
    known: trials.map((trial) => ({ ...trial, score: trial.score ?? Number.POSITIVE_INFINITY })),
    add: async (result) => {
      if (trials.some(({ id, steps }) => id === result.id && steps === result.steps)) return;
      trials.push(result);
      await write();
    },
  };
}

type Kept = { readonly search: object; readonly trials: readonly TrialResult<Settings>[] };

/** JSON has no infinity: a trial that failed has no score there. */
function written({ score, ...trial }: TrialResult<Settings>): object {
  return { ...trial, score: Number.isFinite(score) ? score : null };
}

async function read(path: string, shown: string): Promise<Kept | undefined> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const kept = JSON.parse(content) as Kept;
    if (Array.isArray(kept.trials)) return kept;
  } catch {}
  throw new UsageError(`${join(shown, 'sweep.json')} is damaged. Choose another --out.`);
}
