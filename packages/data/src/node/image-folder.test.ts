import { rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { disposeTree, GenaiError } from '@genai/core';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { folderWith } from '../../test/folder.js';
import { pngFile } from '../../test/png-file.js';
import { batches } from '../batches.js';
import { encodePng } from '../encode-png.js';
import { prefetch } from '../prefetch.js';
import { imageFolder } from './image-folder.js';

const grey = (value: number): Uint8Array =>
  encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(value, 255) });
const colour = (red: number): Uint8Array =>
  encodePng({ width: 2, height: 1, channels: 3, data: Uint8Array.of(red, 0, 51, 0, 0, 0) });

describe('imageFolder: known answers', () => {
  test('sub-folders are classes, in the order of their names', async () => {
    const path = await folderWith({
      'dog/1.png': grey(51),
      'cat/b.PNG': grey(102),
      'cat/a.png': grey(0),
      'cat/notes.txt': 'not a picture',
      'empty/readme.md': '',
      '.hidden/x.png': grey(1),
    });
    const { dataset, classes, shape } = await imageFolder(path);
    expect([classes, shape, dataset.length]).toEqual([['cat', 'dog'], [1, 2, 1], 3]);
    const batch = await dataset.read(Uint32Array.of(2, 0, 1, 2));
    expect(batch.images.shape).toEqual([4, 1, 2, 1]);
    expect(Array.from(batch.images.dataSync())).toEqual([0.2, 1, 0, 1, 0.4, 1, 0.2, 1].map(Math.fround));
    expect([batch.labels.dtype, ...batch.labels.dataSync()]).toEqual(['int32', 1, 0, 0, 1]);
    disposeTree(batch);
  });

  test('a folder of pictures is one class; grey among colour becomes colour; channels may be chosen', async () => {
    const path = await folderWith({ 'a.png': grey(51), 'b.png': colour(255) });
    const { dataset, classes, shape } = await imageFolder(path);
    expect([classes, shape]).toEqual([[basename(path)], [1, 2, 3]]);
    const batch = await dataset.read(Uint32Array.of(0, 1));
    expect(Array.from(batch.images.dataSync())).toEqual([0.2, 0.2, 0.2, 1, 1, 1, 1, 0, 0.2, 0, 0, 0].map(Math.fround));
    disposeTree(batch);
    expect((await imageFolder(path, { channels: 1 })).shape).toEqual([1, 2, 1]);
  });

  test('pictures are kept in memory where they fit, and read again where they do not', async () => {
    for (const memoryBytes of [2, 1] as const) {
      const path = await folderWith({ 'a.png': grey(51) });
      const { dataset } = await imageFolder(path, { memory: memoryBytes });
      disposeTree(await dataset.read(Uint32Array.of(0)));
      await rm(join(path, 'a.png'));
      const again = Promise.resolve(dataset.read(Uint32Array.of(0)));
      if (memoryBytes === 2) disposeTree(await again);
      else await expect(again).rejects.toThrow(/cannot read .*a\.png/);
    }
  });

  test('every file comes once, in order, read ahead', async () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}/x.png`, grey(i)]));
    const { dataset } = await imageFolder(await folderWith(files), { memory: 0 });
    const seen: number[] = [];
    for await (const batch of prefetch(batches(dataset, { size: 4, epochs: 1, last: 'keep' }))) {
      seen.push(...batch.labels.dataSync());
    }
    expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });
});

describe('imageFolder: errors', () => {
  test('no pictures, or no folder', async () => {
    await expect(imageFolder(await folderWith({ 'a/b/c.png': grey(1) }))).rejects.toThrow(
      /there are no \.png files in/,
    );
    await expect(imageFolder(join(await folderWith(), 'nowhere'))).rejects.toThrow(/cannot read .*nowhere/);
    await expect(imageFolder(join(await folderWith(), 'nowhere'))).rejects.toBeInstanceOf(GenaiError);
  });

  test('pictures of two sizes, both named', async () => {
    const path = await folderWith({ 'a.png': grey(1), 'b.png': pngFile({ width: 3, height: 1, rows: [[1, 2, 3]] }) });
    await expect(imageFolder(path)).rejects.toThrow(/b\.png is 3 × 1, .*a\.png is 2 × 1\. Scale/);
  });

  test('files that are no pictures, at once; damaged ones when they are read', async () => {
    await expect(imageFolder(await folderWith({ 'a.png': 'text' }))).rejects.toThrow(/a\.png does not start as/);
    const path = await folderWith({ 'a.png': grey(1), 'b.png': grey(2).subarray(0, 50) });
    const { dataset } = await imageFolder(path);
    const before = memory().numTensors;
    await expect(dataset.read(Uint32Array.of(0, 1))).rejects.toThrow(/b\.png/);
    await expect((async () => dataset.read(Uint32Array.of(2)))()).rejects.toThrow(/no example 2/);
    await writeFile(join(path, 'b.png'), pngFile({ width: 1, height: 2, rows: [[1], [2]] }));
    await expect(dataset.read(Uint32Array.of(1))).rejects.toThrow(/b\.png is no longer 2 × 1/);
    expect(memory().numTensors).toBe(before);
  });
});
