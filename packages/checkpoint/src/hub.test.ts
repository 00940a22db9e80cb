import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder.js';
import { type HubOptions, hub } from './hub.js';

const COMMIT = 'c0ffee'.padEnd(40, '0');
const LARGE = Uint8Array.from({ length: 5_000 }, (_, i) => i * i);
const SMALL = new TextEncoder().encode('{"a": 1}');

/** A request that reached the hub or the server that it sends large files to. */
interface Seen {
  readonly line: string;
  readonly headers: Headers;
}

interface FakeHub {
  readonly fetch: typeof globalThis.fetch;
  readonly seen: Seen[];
}

/** `answer` stands in for what is sent of the large file, given from which byte on. */
function fakeHub(answer: (from: number) => Response | Promise<Response> = sent, commit: string = COMMIT): FakeHub {
  const seen: Seen[] = [];
  return {
    seen,
    fetch: async (input, init) => {
      const address = new URL(input as URL);
      const headers = new Headers(init?.headers);
      seen.push({ line: `${init?.method} ${address.host}${address.pathname}`, headers });
      const from = Number(/^bytes=(\d+)-$/.exec(headers.get('range') ?? '')?.[1] ?? 0);
      if (address.host === 'files.example') return answer(from);
      const said = { 'x-repo-commit': commit };
      if (address.pathname.startsWith('/old/')) {
        return new Response(null, { status: 307, headers: { location: address.pathname.replace('/old/', '/new/') } });
      }
      if (address.pathname.endsWith('/model.safetensors')) {
        const linked = {
          'x-linked-etag': `"${sha256(LARGE)}"`,
          'x-linked-size': '5000',
          location: 'https://files.example/x',
        };
        return new Response(null, { status: 302, headers: { ...said, ...linked } });
      }
      if (address.pathname.endsWith('/config.json')) {
        const body = init?.method === 'HEAD' ? null : SMALL;
        return new Response(body, { headers: { ...said, etag: `"${gitHash(SMALL)}"`, 'content-length': '8' } });
      }
      return new Response(null, { status: 404, headers: { ...said, 'x-error-code': 'EntryNotFound' } });
    },
  };
}

/** The large file from a byte on, as a server sends it that knows ranges. */
function sent(from: number): Response {
  const headers = from ? { 'content-range': `bytes ${from}-4999/5000` } : {};
  return new Response(LARGE.slice(from), { status: from ? 206 : 200, headers });
}

/** The same, but the connection breaks after so many bytes. */
function broken(from: number, after: number): Response {
  let isSent = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (isSent || after === 0) controller.error(new Error('the line is dead'));
      else controller.enqueue(LARGE.slice(from, from + after));
      isSent = true;
    },
  });
  return new Response(body, {
    status: from ? 206 : 200,
    headers: from ? { 'content-range': `bytes ${from}-4999/5000` } : {},
  });
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const gitHash = (bytes: Uint8Array): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
const offline: typeof fetch = () => Promise.reject(new TypeError('fetch failed'));

async function failing(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(GenaiError.is(error)).toBe(true);
  return (error as Error).message;
}

describe('laws of the cache', () => {
  test('a file is fetched once, and kept under its commit; another store of the revision asks for the commit only', async () => {
    const cache = await temporaryFolder();
    const { fetch, seen } = fakeHub();
    const store = hub('owner/name', { cache, fetch });
    expect(await store.read('model.safetensors')).toEqual(LARGE);
    expect(await store.read('model.safetensors')).toEqual(LARGE);
    expect(await store.read('config.json')).toEqual(SMALL);
    expect(seen.map(({ line }) => line)).toEqual([
      'HEAD huggingface.co/owner/name/resolve/main/model.safetensors',
      `GET huggingface.co/owner/name/resolve/${COMMIT}/model.safetensors`,
      'GET files.example/x',
      `HEAD huggingface.co/owner/name/resolve/${COMMIT}/config.json`,
      `GET huggingface.co/owner/name/resolve/${COMMIT}/config.json`,
    ]);
    expect(await readdir(join(cache, 'owner--name', COMMIT))).toEqual(['config.json', 'model.safetensors']);
    await hub('owner/name', { cache, fetch }).read('model.safetensors');
    expect(seen.slice(5).map(({ line }) => line)).toEqual([
      'HEAD huggingface.co/owner/name/resolve/main/model.safetensors',
    ]);
    expect(await hub('owner/name', { cache, fetch: offline, revision: COMMIT }).read('config.json')).toEqual(SMALL);
  });

  test('without a network, what the cache has or knows to be absent is read; other files fail', async () => {
    const cache = await temporaryFolder();
    const online = hub('owner/name', { cache, fetch: fakeHub().fetch });
    await online.read('config.json');
    expect(await online.read('tokenizer.json')).toBeUndefined();
    const store = hub('owner/name', { cache, fetch: offline });
    expect(await store.read('config.json')).toEqual(SMALL);
    expect(await store.read('tokenizer.json')).toBeUndefined();
    expect(await failing(store.read('model.safetensors'))).toMatch('model.safetensors could not be read: fetch failed');
    const other = hub('owner/name', { cache, fetch: offline, revision: 'dev' });
    expect(await failing(other.read('config.json'))).toMatch('could not be read: fetch failed');
  });

  test('a token goes to the hub, on every way within it, and never to the server of large files', async () => {
    const { fetch, seen } = fakeHub();
    const store = hub('old/name', { cache: await temporaryFolder(), fetch, token: 'secret' });
    expect(await store.read('model.safetensors')).toEqual(LARGE);
    expect(seen.map(({ line, headers }) => [line.slice(0, 25), headers.get('authorization')])).toEqual([
      ...['HEAD huggingface.co/old/n', 'HEAD huggingface.co/new/n'].map((line) => [line, 'Bearer secret']),
      ...['GET huggingface.co/old/na', 'GET huggingface.co/new/na'].map((line) => [line, 'Bearer secret']),
      ['GET files.example/x', null],
    ]);
  });

  test('two reads at once fetch once', async () => {
    const { fetch, seen } = fakeHub();
    const store = hub('owner/name', { cache: await temporaryFolder(), fetch });
    const both = await Promise.all([store.read('model.safetensors'), store.read('model.safetensors')]);
    expect(both).toEqual([LARGE, LARGE]);
    expect(seen).toHaveLength(3);
  });
});

describe('broken connections', () => {
  const ranges = ({ seen }: FakeHub): (string | null)[] =>
    seen.filter(({ line }) => line.startsWith('GET files')).map(({ headers }) => headers.get('range'));

  test('are gone on with where they broke, at once', async () => {
    const fake = fakeHub((from) => (from < 4_000 ? broken(from, 2_000) : sent(from)));
    expect(
      await hub('owner/name', { cache: await temporaryFolder(), fetch: fake.fetch }).read('model.safetensors'),
    ).toEqual(LARGE);
    expect(ranges(fake)).toEqual([null, 'bytes=2000-', 'bytes=4000-']);
  });

  test('that stay broken fail; the next read goes on, also where the server begins from the first byte again', async () => {
    const cache = await temporaryFolder();
    const dead = fakeHub((from) => broken(from, from === 0 ? 3_000 : 0));
    const message = await failing(hub('owner/name', { cache, fetch: dead.fetch }).read('model.safetensors'));
    expect(message).toMatch(
      'model.safetensors broke off after 3000 of 5000 bytes: the line is dead. Read it again to go on',
    );
    expect(await readdir(join(cache, 'owner--name', COMMIT))).toEqual(['.part-model.safetensors']);
    const stubborn = fakeHub(() => sent(0));
    expect(await hub('owner/name', { cache, fetch: stubborn.fetch }).read('model.safetensors')).toEqual(LARGE);
    expect(ranges(stubborn)).toEqual(['bytes=3000-']);
  });

  test('a part that was damaged meanwhile is thrown away, and the file fetched anew', async () => {
    const cache = await temporaryFolder();
    await failing(
      hub('owner/name', { cache, fetch: fakeHub((from) => broken(from, from ? 0 : 3_000)).fetch }).read(
        'model.safetensors',
      ),
    );
    await writeFile(join(cache, 'owner--name', COMMIT, '.part-model.safetensors'), new Uint8Array(3_000));
    const fake = fakeHub();
    expect(await hub('owner/name', { cache, fetch: fake.fetch }).read('model.safetensors')).toEqual(LARGE);
    expect(ranges(fake)).toEqual(['bytes=3000-', null]);
  });

  test('a signal stops a download; what came stays', async () => {
    const cache = await temporaryFolder();
    const controller = new AbortController();
    const { fetch } = fakeHub((from) => {
      if (from > 0) controller.abort(new Error('given up'));
      return broken(from, 1_000);
    });
    const reading = hub('owner/name', { cache, fetch }).read('model.safetensors', { signal: controller.signal });
    await expect(reading).rejects.toThrow('given up');
    expect((await readFile(join(cache, 'owner--name', COMMIT, '.part-model.safetensors'))).length).toBeGreaterThan(999);
  });
});

describe('errors', () => {
  test.each<[string, (from: number) => Response, RegExp]>([
    [
      'other bytes',
      () => new Response(LARGE.map((x) => x ^ 1)),
      /has the hash [0-9a-f]{64}, expected [0-9a-f]{64}\. It was thrown away/,
    ],
    ['too many', () => new Response(new Uint8Array(6_000)), /is longer than the 5000 bytes that are announced/],
  ])('%s are not kept', async (_, answer, message) => {
    const cache = await temporaryFolder();
    expect(await failing(hub('owner/name', { cache, fetch: fakeHub(answer).fetch }).read('model.safetensors'))).toMatch(
      message,
    );
    expect(await readdir(join(cache, 'owner--name', COMMIT))).toEqual([]);
  });

  const answered = async (response: () => Response, options: Partial<HubOptions> = {}): Promise<string> =>
    failing(
      hub('owner/name', { cache: await temporaryFolder(), fetch: async () => response(), ...options }).read(
        'config.json',
      ),
    );

  test('what the hub refuses', async () => {
    const refused = (status: number, code?: string) => () =>
      new Response(null, { status, headers: code ? { 'x-error-code': code } : {} });
    expect(await answered(refused(401, 'GatedRepo'))).toMatch(/may not be read \(401 GatedRepo\).*give a token/);
    expect(await answered(refused(404, 'RepoNotFound'))).toMatch(/may not be read \(404 RepoNotFound\).*Mend its name/);
    expect(await answered(refused(404, 'RevisionNotFound'), { revision: 'dev' })).toMatch('there is no revision "dev"');
    expect(await answered(refused(500))).toMatch('the hub answered 500');
  });

  test('answers of what is no hub, and hostile ones', async () => {
    const said =
      (headers: { [name: string]: string }, status = 200) =>
      () =>
        new Response(null, { status, headers });
    expect(await answered(said({}))).toMatch('the answer for config.json names no commit');
    expect(await answered(said({ 'x-repo-commit': '../../../etc' }))).toMatch('names no commit');
    const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
    expect(await answered(said({ 'x-repo-commit': a }), { revision: b })).toMatch(
      `of commit ${b}, the answer is of ${a}`,
    );
    const huge = said({ 'x-repo-commit': a, 'x-linked-size': '900000000000' });
    expect(await answered(huge)).toMatch(/has 900000000000 bytes, \d+ are allowed/);
    expect(await answered(said({ location: '/x' }, 302))).toMatch('is sent on more than 5 times');
    const { fetch } = fakeHub();
    const downgraded: typeof fetch = async (input, init) =>
      init?.method === 'HEAD' ? fetch(input, init) : said({ location: 'http://files.example/x' }, 302)();
    const store = hub('owner/name', { cache: await temporaryFolder(), fetch: downgraded });
    expect(await failing(store.read('model.safetensors'))).toMatch(
      'is sent on to http://files.example, expected https',
    );
  });

  test('names that could leave the cache or the model', async () => {
    const options = { cache: 'models', fetch: offline };
    for (const name of ['', '..', 'a/..', '../a', 'a/b/c', 'a//b', 'a/b?x', 'a--b/c', '/a', 'a/.git']) {
      expect(() => hub(name, options), name).toThrow('expected "owner/name"');
    }
    for (const revision of ['', '..', 'a/../b', '/a', 'a b', '-x']) {
      expect(() => hub('a/b', { ...options, revision }), revision).toThrow('expected a branch, tag or commit');
    }
    expect(() => hub('a/b', { cache: '' })).toThrow('the cache is empty');
    expect(() => hub('a/b', { ...options, endpoint: 'file:///etc' })).toThrow('expected one with https://');
    const store = hub('a/b', options);
    for (const file of ['../x', 'a/b', '.part-x', '', 'con']) {
      expect(await failing(store.read(file)), file).toMatch('is not a file name it takes');
    }
    expect(await failing(store.write({ a: new Uint8Array(1) }))).toMatch('can only be read');
  });
});
