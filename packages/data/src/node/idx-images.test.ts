import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { GenaiError } from '@genai/core';
import { owned } from '@genai/tensor';
import { expect, test } from 'vitest';
import { folderWith } from '../../test/folder.js';
import { idxFolder } from './idx-folder.js';
import { idxImages } from './idx-images.js';

const grey = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 51, 102, 255);
const colour = Uint8Array.of(0, 0, 8, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 51, 255);

test('known answers: grey and colour, compressed or not', async () => {
  const folder = await folderWith({ grey, 'grey.gz': gzipSync(grey), colour });
  for (const name of ['grey', 'grey.gz']) {
    const pictures = await idxImages(join(folder, name));
    expect(pictures.length).toBe(2);
    using read = owned([await pictures.read(Uint32Array.of(1, 0))]);
    expect(read[0]!.shape).toEqual([2, 1, 2, 1]);
    expect([...read[0]!.dataSync()].map((x) => Math.round(x * 255))).toEqual([102, 255, 0, 51]);
  }
  using read = owned([await (await idxImages(join(folder, 'colour'))).read(Uint32Array.of(0))]);
  expect(read[0]!.shape).toEqual([1, 1, 1, 3]);
});

test('errors: what holds no pictures, claims them without a pixel, or is too large', async () => {
  const folder = await folderWith({
    labels: Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 2),
    floats: Uint8Array.of(0, 0, 13, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0),
    claims: Uint8Array.of(0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0),
    grey,
  });
  const cases: readonly (readonly [file: string, message: RegExp])[] = [
    ['labels', /labels has shape \[1\], expected pictures/],
    ['floats', /holds Float32Array, expected bytes/],
    ['claims', /claims has shape \[4294967295, 0, 0\], expected pictures.*none empty/],
    ['none', /cannot read .*none.*Check the path/],
    ['.', /is not a file/],
  ];
  for (const [file, message] of cases) {
    const failed = idxImages(join(folder, file));
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toBeInstanceOf(GenaiError);
  }
  await expect(idxImages(join(folder, 'grey'), { limit: 10 })).rejects.toThrow(/has 20 bytes, the limit is 10/);
});

test('errors: a folder of pictures without pixels is refused too', async () => {
  const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 5);
  const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 2);
  const folder = await folderWith({ 'train-images-idx3-ubyte': images, 'train-labels-idx1-ubyte': labels });
  await expect(idxFolder(folder)).rejects.toThrow(/train-images-idx3-ubyte has shape \[1, 0, 5\]/);
});

test.skipIf(process.platform === 'win32')('errors: a pipe that nobody writes to is not waited for', async () => {
  const folder = await folderWith({});
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  await expect(idxImages(join(folder, 'pipe'))).rejects.toThrow(/pipe is not a file/);
});
