import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../write-atomically.js';

/**
 * What `make` gives, plain data, kept in the folder of a protocol under a name: what takes minutes to measure is measured once, also by
 * a run that was stopped between two measurements.
 */
export async function keptResult<T>(folder: string, name: string, make: () => Promise<T>): Promise<T> {
  const path = join(folder, `${name.replaceAll(' ', '-')}.json`);
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (before !== undefined) return JSON.parse(before) as T;
  const made = await make();
  await writeAtomically(path, `${JSON.stringify(made)}\n`);
  return made;
}
