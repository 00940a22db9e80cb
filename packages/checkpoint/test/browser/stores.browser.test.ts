import { GenaiError } from '@genai/core';
import { storeLaws } from '@genai/testing/store-laws';
import { afterEach, describe, expect, test } from 'vitest';
import { crc32 } from '../../src/crc32.js';
import { indexedDb, opfs, type Store } from '../../src/index.js';
import type { Work } from './writer.js';

let made = 0;
const freshName = (): string => `test-${performance.timeOrigin}-${made++}`;

const remove = {
  indexedDb: (name: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name);
      request.onsuccess = () => resolve();
      request.onerror = () => reject(request.error);
    }),
  opfs: async (path: string): Promise<void> => {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry(path.split('/')[0]!, { recursive: true }).catch(() => {}); // nothing was written
  },
};

for (const [kind, make] of [
  ['indexedDb', indexedDb],
  ['opfs', opfs],
] as const) {
  storeLaws(kind, () => {
    const name = kind === 'opfs' ? `${freshName()}/runs/digits` : freshName();
    return { store: make(name), reopen: () => make(name), close: () => remove[kind](name) };
  });

  describe(`${kind} in a worker that is terminated in the middle of its writes`, () => {
    const name = freshName();
    const workers: Worker[] = [];
    afterEach(async () => {
      for (const worker of workers.splice(0)) worker.terminate();
      await remove[kind](name);
    });

    test('every file is of one write, no older than the last that was reported', async () => {
      let last = 0;
      for (let kill = 0; kill < 25; kill++) {
        const worker = new Worker(new URL('./writer.ts', import.meta.url), { type: 'module' });
        workers.push(worker);
        // Every fifth may report a write before its time runs, however slow the machine is.
        const writes = kill % 5 === 4 ? 1 : 0;
        const reported = await writesUntilTerminated(worker, { kind, name, from: last }, 1 + ((kill * 7) % 25), writes);
        const version = await versionIn(make(name));
        expect(version).toBeGreaterThanOrEqual(reported);
        last = version;
      }
      expect(last).toBeGreaterThan(0);
    }, 60_000);

    test('a page and a worker that write at the same time take turns', async () => {
      const worker = new Worker(new URL('./writer.ts', import.meta.url), { type: 'module' });
      workers.push(worker);
      const store = make(name);
      const writing = writesUntilTerminated(worker, { kind, name, from: 1000 }, 150);
      for (let version = 1; version <= 10; version++) {
        await store.write(group(version));
        expect(await store.read('a')).toHaveLength(4);
      }
      await writing;
      await store.write(group(77));
      expect(await versionIn(make(name))).toBe(77);
    });
  });
}

describe('opfs', () => {
  test('what earlier writes and broken ones left is dropped by the next', async () => {
    const name = freshName();
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(name, { create: true });
    const left = await folder.getFileHandle('.genai-9-model.safetensors', { create: true });
    expect(left.name).toBe('.genai-9-model.safetensors');
    for (let version = 1; version <= 3; version++) await opfs(name).write(group(version));
    const names: string[] = [];
    for await (const entry of folder.keys()) names.push(entry);
    expect(names).toHaveLength(4); // three files and the list
    expect(await versionIn(opfs(name))).toBe(3);
    await remove.opfs(name);
  });

  test('errors: paths that leave the folder, a list of another version, a file that is gone', async () => {
    for (const path of ['../up', 'a/../b', 'a b', 'a/.hidden']) expect(() => opfs(path)).toThrow(GenaiError);
    const name = freshName();
    const store = opfs(name);
    await store.write(group(1));
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(name);
    for await (const entry of folder.keys()) if (entry.endsWith('-a')) await folder.removeEntry(entry);
    await expect(store.read('a')).rejects.toThrow(/the browser has lost a/);
    await putFile(folder, '.genai-2.list', listOf('{"version":2}'));
    await expect(store.read('a')).rejects.toBeInstanceOf(GenaiError);
    await expect(store.write(group(2))).rejects.toThrow(/not of version 1/);
    await remove.opfs(name);
  });
});

test('opfs: a list that was broken off does not count, wherever it ends', async () => {
  const name = freshName();
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(name, { create: true });
  const text = listOf('{"version":1,"files":{"a":".genai-2-a"}}');
  await putFile(folder, '.genai-1.list', text.slice(0, 30));
  expect(await opfs(name).read('a')).toBeUndefined(); // the very first write never came to its end
  await opfs(name).write(group(1));
  for (let end = 0; end < text.length; end += 3) {
    await putFile(folder, '.genai-9.list', text.slice(0, end));
    await putFile(folder, '.genai-9-a', 'broken off too');
    expect(await versionIn(opfs(name))).toBe(1);
  }
  await opfs(name).write(group(2));
  expect(await versionIn(opfs(name))).toBe(2);
  const names: string[] = [];
  for await (const entry of folder.keys()) names.push(entry);
  expect(names.sort()).toEqual(['.genai-10-a', '.genai-10-b', '.genai-10-c', '.genai-2.list']);
  await putFile(folder, '.genai-2.list', 'damaged');
  await expect(opfs(name).read('a')).rejects.toThrow(/its files are damaged/);
  await remove.opfs(name);
});

describe('indexedDb', () => {
  test('errors: a database that belongs to something else', async () => {
    const name = freshName();
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore('theirs');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    database.close();
    await expect(indexedDb(name).read('a')).rejects.toThrow(/a database of another kind/);
    await expect(indexedDb(name).write(group(1))).rejects.toBeInstanceOf(GenaiError);
    await remove.indexedDb(name);
  });
});

async function putFile(folder: FileSystemDirectoryHandle, name: string, text: string): Promise<void> {
  const sink = await (await folder.getFileHandle(name, { create: true })).createWritable();
  await sink.write(text);
  await sink.close();
}

function listOf(json: string): string {
  return crc32(new TextEncoder().encode(json)) + json;
}

/** Files whose every byte says which write they are of. */
function group(version: number): { [name: string]: Uint8Array } {
  const bytes = (length: number): Uint8Array => new Uint8Array(new Uint32Array(length).fill(version).buffer);
  return { a: bytes(1), b: bytes(50_000), c: bytes(3) };
}

/** The one version that all files have. What a terminated worker had asked of the browser may take a moment to settle. */
async function versionIn(store: Store): Promise<number> {
  let found: number[] = [];
  for (let attempt = 0; attempt < 5; attempt++) {
    const files = await Promise.all(['a', 'b', 'c'].map((name) => store.read(name)));
    found = [...new Set(files.flatMap((file) => (file ? [...new Set(new Uint32Array(file.buffer))] : [0])))];
    if (found.length === 1) return found[0]!;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return expect.fail(`files of several writes: ${found}`);
}

/** Lets the worker write for `ms` after it has begun and reported so many writes, terminates it, and gives the last write that it reported. */
async function writesUntilTerminated(worker: Worker, work: Work, ms: number, writes = 0): Promise<number> {
  let reported = 0;
  let messages = 0;
  await new Promise<void>((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }: MessageEvent<number>) => {
      if (messages++ === writes) setTimeout(resolve, ms);
      reported = Math.max(reported, data);
    };
    worker.postMessage(work);
  });
  worker.terminate();
  return reported;
}
