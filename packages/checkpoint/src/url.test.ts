import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { disposeTree, GenaiError } from '@genai/core';
import { storeLaws } from '@genai/testing/store-laws';
import { tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { load } from './load.js';
import { memory } from './memory.js';
import { save } from './save.js';
import type { Store } from './store.js';
import { url } from './url.js';

/** A web server on this machine, closed when the test ends. */
async function serve(answer: RequestListener, ends: (close: () => void) => void = onTestFinished): Promise<string> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const fileServer =
  (files: Store, folder = '/'): RequestListener =>
  async (request, response) => {
    const path = new URL(request.url!, 'http://x').pathname;
    const bytes = path.startsWith(folder) ? await files.read(path.slice(folder.length)) : undefined;
    response.writeHead(bytes ? 200 : 404, { 'content-type': 'application/octet-stream' });
    response.end(bytes);
  };

// A url only reads, so the laws write to the files behind the server.
storeLaws('url', async () => {
  const files = memory();
  const closers: (() => void)[] = [];
  const base = await serve(fileServer(files, '/models/digits/'), (close) => closers.push(close));
  const store: Store = { ...url(`${base}/models/digits`), write: files.write };
  return {
    store,
    reopen: () => url(`${base}/models/digits/`),
    close: () => {
      for (const close of closers) close();
    },
  };
});

test('a model is loaded from a server; headers and the query go with every request, and into no message', async () => {
  const files = memory();
  const x = tensor1d([1, 2, 3]);
  await save(files, { x });
  const seen: IncomingMessage[] = [];
  const base = await serve((request, response) => {
    seen.push(request);
    return fileServer(files, '/m/')(request, response);
  });
  const store = url(`${base.replace('//', '//me:secret@')}/m?token=secret#part`, {
    headers: { Authorization: 'Bearer secret' },
    // Node's own fetch takes no password in an address, as browsers do not: what reaches it is checked here.
    fetch: (address, init) => {
      const plain = new URL(address as URL);
      expect(plain.password).toBe('secret');
      plain.username = '';
      plain.password = '';
      return fetch(plain, init);
    },
  });
  const loaded = await load(store, { x });
  expect(Array.from(await loaded.x.data())).toEqual([1, 2, 3]);
  expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /m/model.safetensors?token=secret']);
  expect(seen[0]?.headers.authorization).toBe('Bearer secret');
  expect(store.name).toBe(`url ${base}/m/`);
  await expect(store.write({ a: new Uint8Array(1) })).rejects.toThrow(/can only be read/);
  await expect(store.write({ a: new Uint8Array(1) })).rejects.not.toThrow(/secret/);
  disposeTree([x, loaded]);
});

describe('errors', () => {
  const failing = async (answer: RequestListener, limit?: number): Promise<unknown> => {
    const base = await serve(answer);
    return url(base, { limit })
      .read('model.safetensors')
      .catch((reason: unknown) => reason);
  };

  test('answers other than 2xx; 404 and 410 mean that there is no file', async () => {
    for (const [status, message] of [
      [403, /answered 403/],
      [500, /answered 500/],
      [304, /answered 304/],
    ] as const) {
      const error = await failing((_, response) => response.writeHead(status).end());
      expect(GenaiError.is(error)).toBe(true);
      expect((error as Error).message).toMatch(message);
    }
    expect(await failing((_, response) => response.writeHead(410).end())).toBeUndefined();
  });

  test('a web page in place of a file', async () => {
    const error = await failing((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<h1>Not found</h1>'),
    );
    expect((error as Error).message).toMatch(/answered with a web page/);
  });

  test('a file above the limit, announced or not, is not read to its end', async () => {
    const announced = await failing((_, response) => response.end(new Uint8Array(1001)), 1000);
    expect((announced as Error).message).toMatch(/1001 bytes or more, 1000 are allowed/);
    let sent = 0;
    const endless = await failing((_, response) => {
      const more = (): void => {
        while (response.writable && sent++ < 10_000 && response.write(new Uint8Array(65_536))) {}
      };
      response.on('drain', more);
      more();
    }, 100_000);
    expect(GenaiError.is(endless)).toBe(true);
    expect((endless as Error).message).toMatch(/100000 are allowed/);
    expect(sent).toBeLessThan(10_000);
  });

  test('a body that is cut short, and nobody there', async () => {
    const cut = await failing((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write(new Uint8Array(10));
      setTimeout(() => response.destroy(), 20);
    });
    expect(GenaiError.is(cut)).toBe(true);
    expect((cut as Error).message).toMatch(/could not be read/);
    const refused = await url('http://127.0.0.1:1/')
      .read('a')
      .catch((reason: unknown) => reason);
    expect(GenaiError.is(refused)).toBe(true);
  });

  test('a signal stops a request that is under way', async () => {
    const base = await serve(() => {});
    const controller = new AbortController();
    const reading = url(base).read('model.safetensors', { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('given up')), 20);
    await expect(reading).rejects.toThrow('given up');
  });

  test('bases that are no web addresses', () => {
    for (const base of ['runs/digits', 'file:///etc', 'data:,x', 'javascript:1', '']) {
      expect(() => url(base)).toThrow(GenaiError);
    }
  });
});
