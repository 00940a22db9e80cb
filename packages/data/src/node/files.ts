import { randomUUID } from 'node:crypto';
import { constants, type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { GenaiError } from '@genai/core';
import { messageOf } from '../inflate.js';

/**
 * Where what can be had again is kept between runs: `GENAI_CACHE`, else the platform's folder for caches.
 *
 * @example
 * const folder = join(defaultCache(), 'statistics');
 */
export function defaultCache(): string {
  const { GENAI_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (GENAI_CACHE) return GENAI_CACHE;
  if (process.platform === 'win32') return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'genai', 'cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'genai');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'genai');
}

/**
 * The bytes of a file, or its first `head` bytes (fewer if it is shorter).
 *
 * @throws GenaiError if it cannot be read, is no regular file, or is larger than `limit`.
 */
export async function readBytes(
  where: string,
  path: string,
  { limit, head = Number.POSITIVE_INFINITY }: { readonly limit: number; readonly head?: number },
): Promise<Uint8Array<ArrayBuffer>> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)); // a pipe that nobody writes to would wait
    const about = await file.stat();
    if (!about.isFile()) throw new GenaiError(`${where}: ${path} is not a file. Check the path.`);
    if (about.size > limit) {
      throw new GenaiError(`${where}: ${path} has ${about.size} bytes, the limit is ${limit}. Is it the right file?`);
    }
    const bytes = new Uint8Array(Math.min(about.size, head));
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, 2 ** 30));
      if (bytesRead === 0) break; // the file has become shorter
      at += bytesRead;
    }
    return bytes.subarray(0, at);
  } catch (error) {
    if (GenaiError.is(error)) throw error;
    throw new GenaiError(`${where}: cannot read ${path} (${messageOf(error)}). Check the path.`, { cause: error });
  } finally {
    await file?.close();
  }
}

/** Writes a file so that nobody ever sees a part of it: under a temporary name, flushed, then renamed. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** True if there is a file or folder of this name. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
