import { GenaiError } from '@genai/core';

/**
 * Decompresses without ever holding more than `limit` bytes of output and one piece of it.
 *
 * @throws GenaiError if the data is damaged, cut off, or longer than `limit`.
 */
export async function inflate(
  where: string,
  name: string,
  format: 'gzip' | 'deflate',
  pieces: readonly Uint8Array[],
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new DecompressionStream(format);
  const writer = writable.getWriter();
  // Writing fails when reading does; the error is reported once, by the reader.
  const quiet = (): undefined => undefined;
  const written = (async () => {
    for (const piece of pieces) await writer.write(piece as Uint8Array<ArrayBuffer>);
    await writer.close();
  })();
  written.catch(quiet);
  const reader = readable.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > limit) {
        throw new GenaiError(
          `${where}: ${name} decompresses to more than the limit of ${limit} bytes. If the file is to be trusted, raise the limit.`,
        );
      }
      parts.push(value);
    }
    await written;
  } catch (error) {
    await reader.cancel().catch(quiet);
    await writer.abort().catch(quiet);
    if (GenaiError.is(error)) throw error;
    throw new GenaiError(`${where}: ${name} is damaged or cut off (${messageOf(error)}). Get the file anew.`, {
      cause: error,
    });
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
