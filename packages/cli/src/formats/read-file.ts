import { open } from 'node:fs/promises';
import { UsageError } from '../usage-error.js';

/**
 * The bytes of a file of any size: `readFile` of Node ends at 2 GiB.
 *
 * @throws UsageError if it cannot be read.
 */
export async function readFile(path: string, shown: string, signal?: AbortSignal): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((cause: Error) => {
    throw new UsageError(`cannot read ${shown}: ${cause.message.replace(/, \w+ '.*$/, '')}.`, { cause });
  });
  try {
    const bytes = new Uint8Array((await file.stat()).size);
    for (let at = 0; at < bytes.length; ) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(bytes, at, Math.min(PIECE, bytes.length - at), at);
      if (bytesRead === 0) throw new UsageError(`${shown} became shorter while it was read. Try again.`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

const PIECE = 2 ** 26;
