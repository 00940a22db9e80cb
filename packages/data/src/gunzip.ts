import { expectInteger } from './expect.js';
import { inflate } from './inflate.js';

/**
 * Decompresses gzip, in Node and in browsers, and stops at `limit` bytes of output. `name` stands in errors.
 *
 * @example
 * const idx = await gunzip(new Uint8Array(await response.arrayBuffer()), { limit: 2 ** 26 });
 * @throws GenaiError if the data is damaged, cut off, or decompresses to more than `limit` bytes.
 */
export async function gunzip(
  bytes: Uint8Array,
  { limit, name = 'the gzip data' }: { readonly limit: number; readonly name?: string },
): Promise<Uint8Array<ArrayBuffer>> {
  expectInteger('gunzip', 'limit', limit, 0);
  return inflate('gunzip', name, 'gzip', [bytes], limit);
}
