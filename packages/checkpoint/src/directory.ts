import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GenaiError } from '@genai/core';
import { type Disk, nodeDisk } from './disk.js';
import {
  encodeJournal,
  isTemporaryName,
  JOURNAL,
  journalOf,
  moveIntoPlace,
  readJournal,
  rollForward,
  temporaryJournalName,
  temporaryName,
} from './journal.js';
import { serially } from './serially.js';
import { checkedFiles, checkFileName, type Store } from './store.js';

/**
 * A store in a folder of the file system; the folder is made by the first write. Files have their plain names, so that
 * other programs find them.
 *
 * A write outlasts `kill -9` and loss of power at any instant, as a group: it is completed or dropped by the next write,
 * and a read sees it whole at once. Writers of one process take turns; one process at a time may write to a folder, any
 * number may read it meanwhile.
 *
 * @example
 * await save(directory('runs/digits'), params);
 * @throws GenaiError if `path` is empty. Reading and writing throw one if the system refuses (rights, space).
 */
export function directory(path: string | URL): Store {
  return directoryOn(nodeDisk, path);
}

export function directoryOn(disk: Disk, path: string | URL): Store {
  const shown = typeof path === 'string' ? path : fileURLToPath(path);
  if (shown === '') throw new GenaiError('directory: the path is empty. Give one, such as "runs/digits".');
  const folder = resolve(shown);
  const where = `directory ${shown}`;
  return {
    name: where,
    read: (name, { signal } = {}) =>
      guarded(where, signal, async () => {
        signal?.throwIfAborted();
        checkFileName(where, name);
        // Reading changes nothing: another process may be in the middle of a write. It looks through the journal instead.
        const journal = await readJournal(disk, where, folder);
        const committed = journal && Object.hasOwn(journal.files, name);
        return (
          (committed ? await disk.read(join(folder, temporaryName(journal.id, name))) : undefined) ??
          (await disk.read(join(folder, name)))
        );
      }),
    write: (files, { signal } = {}) =>
      guarded(where, signal, async () => {
        signal?.throwIfAborted();
        const entries = checkedFiles(where, files);
        await serially(`directory ${folder}`, () => write(disk, where, folder, entries, signal));
      }),
  };
}

async function write(
  disk: Disk,
  where: string,
  folder: string,
  files: readonly (readonly [name: string, bytes: Uint8Array])[],
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  await disk.makeDirectory(folder);
  const unfinished = await readJournal(disk, where, folder);
  if (unfinished) await rollForward(disk, where, folder, unfinished);
  for (const name of await disk.list(folder)) if (isTemporaryName(name)) await disk.remove(join(folder, name));
  if (files.length === 0) return;

  const id = process.pid.toString(36) + process.hrtime.bigint().toString(36);
  const journal = journalOf(id, files);
  try {
    for (const [name, content] of files) {
      signal?.throwIfAborted();
      await disk.writeSynced(join(folder, temporaryName(id, name)), content);
    }
    await disk.writeSynced(join(folder, temporaryJournalName(id)), encodeJournal(journal));
    await disk.syncDirectory(folder); // all names, before the one that commits
    signal?.throwIfAborted();
    await disk.rename(join(folder, temporaryJournalName(id)), join(folder, JOURNAL));
  } catch (error) {
    await dropUncommitted(disk, where, folder, id).catch(() => {}); // else the next write does
    throw error;
  }
  try {
    await disk.syncDirectory(folder);
    await moveIntoPlace(disk, folder, journal);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new GenaiError(
      `${where}: the files are written and can be read here, but could not be moved into place: ${reason}. The next write tries again.`,
      { cause },
    );
  }
}

/** Frees what a failed write took, unless its commit went through after all. */
async function dropUncommitted(disk: Disk, where: string, folder: string, id: string): Promise<void> {
  if ((await readJournal(disk, where, folder))?.id === id) return;
  for (const name of await disk.list(folder)) {
    if (name.startsWith(temporaryName(id, '')) || name === temporaryJournalName(id)) {
      await disk.remove(join(folder, name));
    }
  }
}

async function guarded<R>(where: string, signal: AbortSignal | undefined, task: () => Promise<R>): Promise<R> {
  try {
    return await task();
  } catch (cause) {
    signal?.throwIfAborted();
    if (GenaiError.is(cause)) throw cause;
    throw new GenaiError(`${where}: ${(cause as Error).message}.`, { cause });
  }
}
