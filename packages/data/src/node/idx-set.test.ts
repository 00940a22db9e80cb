import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { disposeTree, GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { folderWith } from '../../test/folder.js';
import { serve } from '../../test/server.js';
import { type IdxSet, idxSet } from './idx-set.js';

const CONTENT: { readonly [name: string]: Uint8Array } = {
  'train-images-idx3-ubyte': Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 51, 102, 153, 204, 255),
  'train-labels-idx1-ubyte': Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 2, 0, 1),
  't10k-images-idx3-ubyte': Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 9, 8),
  't10k-labels-idx1-ubyte': Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 2),
};

/** A set of four pictures, published nowhere. */
const TINY: IdxSet = {
  name: 'tiny',
  folders: [],
  urls: [],
  files: Object.entries(CONTENT).map(([name, bytes]) => ({
    name,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  })),
  classes: ['a', 'b', 'c'],
  remedy: 'Draw it yourself.',
};
const zipped = Object.fromEntries(Object.entries(CONTENT).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]));
const none = '127.0.0.1:1'; // nothing listens there

/** A server of the compressed files that counts what it is asked for. */
async function mirror(files: { readonly [name: string]: Uint8Array } = zipped, asked: string[] = []): Promise<string> {
  return serve((request, response) => {
    const name = request.url!.slice(1);
    asked.push(name);
    const file = files[name];
    if (file) response.end(file);
    else response.writeHead(404).end();
  });
}

describe('idxSet: known answers', () => {
  test('reads a folder, compressed or not', async () => {
    const mixed = { ...zipped, 'train-labels-idx1-ubyte': CONTENT['train-labels-idx1-ubyte']! };
    const { train, test: held, classes } = await idxSet(TINY, { folder: await folderWith(mixed) });
    expect([train.length, held.length, classes]).toEqual([3, 1, ['a', 'b', 'c']]);
    const batch = await train.read(Uint32Array.of(2, 0));
    expect([batch.images.shape, batch.images.dtype]).toEqual([[2, 1, 2, 1], 'float32']);
    expect(Array.from(batch.images.dataSync())).toEqual([0.8, 1, 0, 0.2].map(Math.fround));
    expect([batch.labels.dtype, ...batch.labels.dataSync()]).toEqual(['int32', 1, 2]);
    disposeTree(batch);
  });

  test('fetches what is missing once, from the first address that has it, and keeps it whole', async () => {
    const asked: string[] = [];
    const cache = await folderWith();
    const urls = [`http://${none}/`, await mirror({}), await mirror(zipped, asked)];
    await idxSet(TINY, { cache, download: true, urls });
    expect(asked).toEqual(TINY.files.map(({ name }) => `${name}.gz`));
    expect((await readdir(join(cache, 'tiny'))).sort()).toEqual(Object.keys(zipped).sort());
    expect(new Uint8Array(await readFile(join(cache, 'tiny', 't10k-labels-idx1-ubyte.gz')))).toEqual(
      new Uint8Array(zipped['t10k-labels-idx1-ubyte.gz']!),
    );
    // Now without asking anybody.
    expect((await idxSet(TINY, { cache, urls: [] })).train.length).toBe(3);
    expect(asked.length).toBe(4);
  });

  test('a server that decompresses on the way is understood', async () => {
    const url = await serve((request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped[request.url!.slice(1)]);
    });
    const cache = await folderWith();
    expect((await idxSet(TINY, { cache, download: true, urls: [url.slice(0, -1)] })).train.length).toBe(3);
    expect((await readdir(join(cache, 'tiny'))).sort()).toEqual(Object.keys(CONTENT).sort());
    expect((await idxSet(TINY, { cache })).train.length).toBe(3);
  });

  test('a damaged file in the cache is fetched anew', async () => {
    const cache = await folderWith({ 'tiny/train-images-idx3-ubyte.gz': gzipSync(Uint8Array.of(1, 2, 3)) });
    await expect(idxSet(TINY, { cache })).rejects.toThrow(/train-images-idx3-ubyte\.gz has SHA-256/);
    expect((await idxSet(TINY, { cache, download: true, urls: [await mirror()] })).train.length).toBe(3);
    expect((await idxSet(TINY, { cache })).train.length).toBe(3);
  });
});

describe('idxSet: errors', () => {
  test('nothing is fetched unless asked for; the message says where it looked and what to do', async () => {
    const asked: string[] = [];
    const cache = await folderWith();
    const failed = idxSet(TINY, { cache, urls: [await mirror(zipped, asked)] });
    await expect(failed).rejects.toThrow(
      `train-images-idx3-ubyte(.gz) is not in ${join(cache, 'tiny')}. Draw it yourself.`,
    );
    await expect(failed).rejects.toBeInstanceOf(GenaiError);
    expect(asked).toEqual([]);
    await expect(idxSet(TINY, { folder: cache })).rejects.toThrow(/is not in/);
  });

  test('another file of that name, in a folder or from an address, is refused and not kept', async () => {
    const wrong = { ...zipped, 't10k-labels-idx1-ubyte.gz': gzipSync(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 1)) };
    await expect(idxSet(TINY, { folder: await folderWith(wrong) })).rejects.toThrow(
      /t10k-labels-idx1-ubyte\.gz has SHA-256 [0-9a-f]{64} \(decompressed\), expected [0-9a-f]{64}/,
    );
    const cache = await folderWith();
    const failed = idxSet(TINY, { cache, download: true, urls: [await mirror(wrong)] });
    await expect(failed).rejects.toThrow(/t10k-labels-idx1-ubyte could not be fetched.*has SHA-256/);
    expect((await readdir(join(cache, 'tiny'))).length).toBe(3);
  });

  test('a file or a transfer that is too long, cut off or not there', async () => {
    const first = 'train-images-idx3-ubyte.gz';
    const cases: [file: Uint8Array | undefined, message: RegExp][] = [
      [undefined, /answered 404/],
      [new Uint8Array(2 ** 17), /sends more than the 65558 bytes expected/],
      [zipped[first]!.subarray(0, 20), /damaged or cut off/],
      [gzipSync(new Uint8Array(2 ** 16)), /more than the limit of 22 bytes/],
    ];
    for (const [file, message] of cases) {
      const cache = await folderWith();
      const urls = [await mirror(file ? { [first]: file } : {})];
      await expect(idxSet(TINY, { cache, download: true, urls })).rejects.toThrow(message);
      expect(await readdir(cache)).toEqual([]);
      if (!file) continue;
      await expect(idxSet(TINY, { folder: await folderWith({ [first]: file }) })).rejects.toThrow(GenaiError);
    }
    await expect(idxSet(TINY, { cache: await folderWith(), download: true, urls: [`http://${none}`] })).rejects.toThrow(
      /cannot fetch http:.*(ECONNREFUSED|bad port).*Draw it yourself/,
    );
  });

  test('a signal stops a transfer that hangs, with its own reason', async () => {
    const stop = new AbortController();
    const url = await serve((_, response) => {
      response.write(zipped['train-images-idx3-ubyte.gz']!.subarray(0, 10));
      setTimeout(() => stop.abort(new Error('enough')), 10);
    });
    const cache = await folderWith();
    await expect(idxSet(TINY, { cache, download: true, urls: [url, url], signal: stop.signal })).rejects.toThrow(
      'enough',
    );
    expect(await readdir(cache)).toEqual([]);
  });
});
