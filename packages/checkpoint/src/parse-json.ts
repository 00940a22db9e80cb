import { GenaiError } from '@genai/core';

/** The largest JSON file that is read; a parsed one can take twenty times its size. */
const MAX_JSON_BYTES = 16_000_000;

/**
 * The text in `bytes`. `where` begins the message of an error.
 *
 * @throws GenaiError unless it is UTF-8.
 */
export function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new GenaiError(`${where} is not UTF-8 text. It is damaged or of another kind.`, { cause });
  }
}

/** @throws GenaiError unless `bytes` is JSON of at most 16 MB without a name `__proto__`. */
export function parseJson(bytes: Uint8Array, where: string): unknown {
  if (bytes.byteLength > MAX_JSON_BYTES) {
    throw new GenaiError(`${where} has ${bytes.byteLength} bytes, at most ${MAX_JSON_BYTES} are read.`);
  }
  const text = decodeText(bytes, where);
  try {
    return JSON.parse(text, (name, value: unknown) => {
      if (name === '__proto__') throw new SyntaxError('a member is named "__proto__"');
      return value;
    });
  } catch (cause) {
    throw new GenaiError(`${where} is not JSON that can be read: ${(cause as Error).message}.`, { cause });
  }
}

/** True for what `{ … }` gives in JSON. */
export function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
