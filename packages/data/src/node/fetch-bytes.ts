import { GenaiError } from '@genai/core';
import { messageOf } from '../inflate.js';

/**
 * The body behind an address.
 *
 * @throws GenaiError if it cannot be had or is longer than `limit` bytes; the signal's reason if that aborts.
 */
export async function fetchBytes(
  where: string,
  url: string,
  { limit, signal }: { readonly limit: number; readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    const response = await fetch(url, { signal: signal ?? null });
    if (!response.ok) throw new GenaiError(`${where}: ${url} answered ${response.status} ${response.statusText}.`);
    for await (const part of response.body ?? []) {
      size += part.length;
      // Leaving the loop cancels the transfer.
      if (size > limit) throw new GenaiError(`${where}: ${url} sends more than the ${limit} bytes expected.`);
      parts.push(part);
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (GenaiError.is(error)) throw error;
    const why = error instanceof Error && error.cause ? messageOf(error.cause) : messageOf(error);
    throw new GenaiError(`${where}: cannot fetch ${url} (${why}).`, { cause: error });
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
