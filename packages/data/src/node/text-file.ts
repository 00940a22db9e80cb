import { GenaiError } from '@genai/core';
import { readBytes } from './files.js';

/**
 * The text of a UTF-8 file of at most `limit` bytes (2²⁸ unless given).
 *
 * @example
 * const text = await textFile('moby-dick.txt');
 * const data = windows(characters(text).encode(text), { length: 64 });
 * @throws GenaiError if the file cannot be read, is too large, or is not UTF-8.
 */
export async function textFile(path: string, { limit = 2 ** 28 }: { readonly limit?: number } = {}): Promise<string> {
  const bytes = await readBytes('textFile', path, { limit });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new GenaiError(`textFile: ${path} is not UTF-8 text. Convert it first, for example with iconv.`, {
      cause: error,
    });
  }
}
