import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GenaiError } from '@genai/core';
import { UsageError } from '../usage-error.js';

/**
 * A file or a folder that appears whole or not at all: `write` makes it under a temporary name beside it, then it is renamed.
 *
 * @param shown - the path in messages.
 * @throws GenaiError if the system refuses; what `write` throws.
 */
export async function inPlace(path: string, shown: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await write(temporary);
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {}); // the first error is the one to tell
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined || GenaiError.is(cause) || !/^E[A-Z]+$/.test(code)) throw cause;
    throw new GenaiError(`cannot write ${shown}: ${message.replace(/, \w+ '.*$/, '')}.`, { cause });
  }
}

/**
 * Whether a folder can be made at `path`: what is there must not be lost.
 *
 * @throws UsageError if there is a file, or a folder that is not empty.
 */
export async function expectFree(path: string, shown: string): Promise<void> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.length > 0) throw new UsageError(`${shown} is not empty. Choose another place, or remove it first.`);
}

/** So that the new name outlasts a loss of power; some systems cannot. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}
