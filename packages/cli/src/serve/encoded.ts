import { GenaiError } from '@genai/core';
import { RequestError } from './request-error.js';

/** Tokens of what stands in the field `param`. @throws RequestError if it holds what the model has no tokens for. */
export function encoded(param: string, encode: () => ArrayLike<number>): readonly number[] {
  try {
    return Array.from(encode());
  } catch (cause) {
    if (!GenaiError.is(cause)) throw cause;
    throw new RequestError(`${param} holds what the model has never seen: ${cause.message}`, { param, cause });
  }
}
