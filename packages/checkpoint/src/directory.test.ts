import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32 } from 'node:zlib';
import { GenaiError } from '@genai/core';
import { storeLaws } from '@genai/testing/store-laws';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../test/temporary-folder.js';
import { directory } from './directory.js';

storeLaws('directory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'genai-checkpoint-'));
  const path = join(folder, 'runs', 'digits'); // made by the first write
  return { store: directory(path), reopen: () => directory(path), close: () => rm(folder, { recursive: true }) };
});

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test('files have their plain names, nothing else is left, and strangers stay', async () => {
  const path = await temporaryFolder();
  await writeFile(join(path, 'notes.txt'), 'mine');
  await mkdir(join(path, 'samples'));
  await directory(path).write({ 'config.json': bytes(1), 'model.safetensors': bytes(2, 3) });
  await directory(path).write({ 'config.json': bytes(4) });
  expect((await readdir(path)).sort()).toEqual(['config.json', 'model.safetensors', 'notes.txt', 'samples']);
  expect(new Uint8Array(await readFile(join(path, 'config.json')))).toEqual(bytes(4));
  expect(await readFile(join(path, 'notes.txt'), 'utf8')).toBe('mine');
});

test('a file URL is a path, and reading makes no folder', async () => {
  const path = await temporaryFolder();
  const store = directory(pathToFileURL(join(path, 'run')));
  expect(await store.read('config.json')).toBeUndefined();
  expect(await readdir(path)).toEqual([]);
  await store.write({ 'config.json': bytes(1) });
  expect(await directory(join(path, 'run')).read('config.json')).toEqual(bytes(1));
});

test('two stores of one process on one folder take turns', async () => {
  const path = await temporaryFolder();
  const groups = Array.from({ length: 12 }, (_, i) => ({ a: new Uint8Array(1000).fill(i), b: bytes(i) }));
  await Promise.all(groups.map((group) => directory(path).write(group)));
  expect((await directory(path).read('a'))?.[0]).toBe((await directory(path).read('b'))?.[0]);
  expect((await readdir(path)).sort()).toEqual(['a', 'b']);
});

test('a signal given up during a write leaves the old files and no others', async () => {
  const path = await temporaryFolder();
  const store = directory(path);
  await store.write({ a: bytes(1) });
  for (let checks = 1; checks <= 6; checks++) {
    const signal = abortsAtCheck(checks);
    await expect(store.write({ a: bytes(2), b: bytes(2), c: bytes(2) }, { signal })).rejects.toThrow('given up');
    expect(await readdir(path)).toEqual(['a']);
    expect(await store.read('a')).toEqual(bytes(1));
  }
});

describe('a write that was broken off after its commit', () => {
  const commit = async (path: string, files: { [name: string]: Uint8Array }, id = 'abc123'): Promise<void> => {
    const list = Object.entries(files).map(([name, b]) => [name, { bytes: b.length, crc32: crc32(b) }]);
    for (const [name, b] of Object.entries(files)) await writeFile(join(path, `.genai-${id}-${name}`), b);
    const journal = JSON.stringify({ version: 1, id, files: Object.fromEntries(list) });
    await writeFile(join(path, '.genai-journal.json'), journal);
  };

  test('is read whole, without touching the folder, and completed by the next write', async () => {
    const path = await temporaryFolder();
    await directory(path).write({ a: bytes(1), b: bytes(1), c: bytes(1) });
    await commit(path, { a: bytes(2), b: bytes(2, 2) });
    await writeFile(join(path, '.genai-xyz9-a'), 'left over by another');
    const before = await readdir(path);
    const store = directory(path);
    expect([await store.read('a'), await store.read('b'), await store.read('c')]).toEqual([
      bytes(2),
      bytes(2, 2),
      bytes(1),
    ]);
    expect(await readdir(path)).toEqual(before);
    await store.write({ c: bytes(3) });
    expect((await readdir(path)).sort()).toEqual(['a', 'b', 'c']);
    expect(await store.read('b')).toEqual(bytes(2, 2));
  });

  test('errors: it is refused if a file of it is damaged or gone, and nothing is changed', async () => {
    for (const damage of ['changed', 'gone']) {
      const path = await temporaryFolder();
      await directory(path).write({ a: bytes(1), b: bytes(1) });
      await commit(path, { a: bytes(2), b: bytes(2) });
      if (damage === 'gone') await rm(join(path, '.genai-abc123-b'));
      else await writeFile(join(path, '.genai-abc123-b'), 'x');
      const before = await readdir(path);
      const writing = directory(path).write({ c: bytes(3) });
      await expect(writing).rejects.toThrow(/cannot be completed: b is damaged/);
      await expect(writing).rejects.toBeInstanceOf(GenaiError);
      expect(await readdir(path)).toEqual(before);
    }
  });

  test('errors: a journal that points out of the folder, or is no journal, moves nothing', async () => {
    const outside = await temporaryFolder();
    await writeFile(join(outside, 'victim'), 'untouched');
    const entry = { bytes: 1, crc32: 0 };
    const cases: [string, RegExp][] = [
      [JSON.stringify({ version: 1, id: 'a', files: { '../victim': entry } }), /not a file name/],
      [JSON.stringify({ version: 1, id: '../../a', files: { a: entry } }), /not a journal/],
      [JSON.stringify({ version: 2, id: 'a', files: {} }), /not a journal of version 1/],
      [JSON.stringify({ version: 1, id: 'a', files: { a: 1 } }), /not a journal/],
      ['{"version":1,', /not JSON/],
    ];
    for (const [journal, message] of cases) {
      const path = join(outside, 'run');
      await mkdir(path, { recursive: true });
      await writeFile(join(path, '.genai-journal.json'), journal);
      await expect(directory(path).write({ a: bytes(1) })).rejects.toThrow(message);
      await expect(directory(path).read('a')).rejects.toThrow(message);
      expect(await readFile(join(outside, 'victim'), 'utf8')).toBe('untouched');
    }
  });
});

describe('errors', () => {
  test('an empty path, a file in place of the folder, a folder in place of a file', async () => {
    expect(() => directory('')).toThrow(GenaiError);
    const path = await temporaryFolder();
    await writeFile(join(path, 'file'), '');
    for (const work of [
      directory(join(path, 'file')).read('a'),
      directory(join(path, 'file')).write({ a: bytes(1) }),
    ]) {
      await expect(work).rejects.toBeInstanceOf(GenaiError);
      await expect(work).rejects.toThrow(/^directory .*file: E/);
    }
    await mkdir(join(path, 'a'));
    await expect(directory(path).read('a')).rejects.toThrow(/a is not a file/);
  });

  test.skipIf(process.platform === 'win32')('a pipe in place of a file is not waited for', async () => {
    const path = await temporaryFolder();
    execFileSync('mkfifo', [join(path, 'config.json')]);
    await expect(directory(path).read('config.json')).rejects.toThrow(/config\.json is not a file/);
  });

  test('a link in place of a file is replaced, what it points to is left', async () => {
    const path = await temporaryFolder();
    await writeFile(join(path, 'target'), 'mine');
    await mkdir(join(path, 'run'));
    await symlink(join(path, 'target'), join(path, 'run', 'a'));
    await directory(join(path, 'run')).write({ a: bytes(1) });
    expect(await readFile(join(path, 'target'), 'utf8')).toBe('mine');
  });
});

/** A signal that is given up when it is asked for the n-th time. */
function abortsAtCheck(n: number): AbortSignal {
  const controller = new AbortController();
  let checks = 0;
  controller.signal.throwIfAborted = () => {
    if (++checks >= n) throw new Error('given up');
  };
  return controller.signal;
}
