import { GenaiError } from '@genai/core';
import { checkFileName, type Store } from './store.js';

export interface UrlOptions {
  /** What fetches; the global `fetch` unless given. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Sent with every request, for instance an `Authorization`. */
  readonly headers?: { readonly [name: string]: string } | undefined;
  /** The largest file that is read, in bytes; 2 GiB unless given. */
  readonly limit?: number | undefined;
}

/**
 * A checkpoint on a web server, to be read only: `GET base/name` for each file.
 *
 * @example
 * const params = await load(url('https://example.org/models/digits'), like);
 * @throws GenaiError if `base` is not an http or https address. Reading throws one for an answer other than 2xx (404 and 410
 *   mean that there is no such file), an HTML page, and a file above `limit`; writing always does.
 */
export function url(base: string | URL, options: UrlOptions = {}): Store {
  const { headers = {}, limit = 2 ** 31 } = options;
  const root = rootOf(base);
  const shown = `${root.origin}${root.pathname}`; // without a password or a token in the query
  const name = `url ${shown}`;
  return {
    name,
    read: async (file, { signal } = {}) => {
      signal?.throwIfAborted();
      checkFileName(name, file);
      const where = `url: ${shown}${file}`;
      const address = new URL(file, root);
      address.search = root.search;
      const get = options.fetch ?? globalThis.fetch;
      try {
        const response = await get(address, { headers: { ...headers }, ...(signal && { signal }) });
        if (response.status === 404 || response.status === 410) {
          await response.body?.cancel();
          return undefined;
        }
        const fault = faultOf(response, limit);
        if (fault === undefined) return await readBody(where, response, limit);
        await response.body?.cancel();
        throw new GenaiError(`${where}: ${fault}`);
      } catch (cause) {
        signal?.throwIfAborted();
        if (GenaiError.is(cause)) throw cause;
        throw new GenaiError(`${where} could not be read: ${(cause as Error).message}.`, { cause });
      }
    },
    write: async () => {
      throw new GenaiError(`${name} can only be read. Save to a directory or another store, and upload the files.`);
    },
  };
}

function rootOf(base: string | URL): URL {
  const page = (globalThis as { location?: { href: string } }).location?.href;
  let root: URL;
  try {
    root = new URL(base, page);
  } catch (cause) {
    throw new GenaiError(`url: ${JSON.stringify(String(base))} is not an address. Give one with http:// or https://.`, {
      cause,
    });
  }
  if (root.protocol !== 'http:' && root.protocol !== 'https:') {
    throw new GenaiError(`url: got an address of "${root.protocol}", expected http: or https:.`);
  }
  if (!root.pathname.endsWith('/')) root.pathname += '/';
  root.hash = '';
  return root;
}

function faultOf(response: Response, limit: number): string | undefined {
  if (!response.ok) return `the server answered ${response.status} ${response.statusText}.`;
  if (response.headers.get('content-type')?.startsWith('text/html')) {
    return 'the server answered with a web page, as some do for files they do not have. Mend the address.';
  }
  const length = Number(response.headers.get('content-length'));
  return length > limit ? tooLarge(length, limit) : undefined;
}

async function readBody(where: string, response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > limit) {
      await reader?.cancel();
      throw new GenaiError(`${where}: ${tooLarge(size, limit)}`);
    }
    chunks.push(part.value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

function tooLarge(size: number, limit: number): string {
  return `it has ${size} bytes or more, ${limit} are allowed. Give a larger limit if it can be trusted.`;
}
