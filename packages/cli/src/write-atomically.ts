import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GenaiError } from '@genai/core';

/**
 * Writes a file whole or not at all: under a temporary name beside it, then renamed. Makes the folders above it.
 *
 * @example
 * await writeAtomically('out/samples.png', png);
 * @throws GenaiError if the system refuses (rights, space, a folder of that name).
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {}); // the first error is the one to tell
    const reason = (cause as Error).message.replace(/, \w+ '.*$/, ''); // without the temporary name
    throw new GenaiError(`cannot write ${path}: ${reason}.`, { cause });
  }
}
