import type { IncomingMessage } from 'node:http';
import { RequestError } from './request-error.js';

/**
 * The body of a request as JSON.
 *
 * @throws RequestError if it is not said to be JSON, is none, or has more than `most` bytes.
 */
export async function readJson(request: IncomingMessage, most: number): Promise<unknown> {
  // A page of another site may send a form to a port of this machine, but not this type without asking first.
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new RequestError('The body must be JSON: send the header Content-Type: application/json.', { status: 415 });
  }
  const tooLarge = (): RequestError =>
    new RequestError(`The body has more than ${most} bytes. Send a shorter one.`, { status: 413 });
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge();
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) throw tooLarge();
    parts.push(part);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)));
  } catch (cause) {
    throw new RequestError(`The body is not JSON: ${(cause as Error).message}.`, { cause });
  }
}
