import { open } from 'node:fs/promises';

/** Told how many bytes are written. */
export type OnBytes = (written: number) => void;

/** Writes a file piece by piece, so that no more than one is held, and waits until the disk has it. */
export async function writePieces(
  path: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { signal, onBytes }: { readonly signal?: AbortSignal; readonly onBytes?: OnBytes } = {},
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    let written = 0;
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length; ) {
        signal?.throwIfAborted();
        const { bytesWritten } = await file.write(piece, at, Math.min(CHUNK, piece.length - at));
        at += bytesWritten;
      }
      written += piece.length;
      onBytes?.(written);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Between two looks at the signal. */
const CHUNK = 2 ** 26;
