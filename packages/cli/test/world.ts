import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { key, randomUniform } from '@genai/core';
import { run } from '../src/index.js';

/** What one call of the command did. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The object on the last line of stdout. */
  readonly json: { readonly [name: string]: unknown };
}

/** A folder of its own with a small set of images in it, and the command run there. */
export interface World extends AsyncDisposable {
  readonly path: (...names: string[]) => string;
  readonly genai: (...argv: string[]) => Promise<Said>;
  /** Runs the command and stops it when `when` says so of what it wrote on stderr. */
  readonly stopped: (when: (err: string) => boolean, ...argv: string[]) => Promise<Said>;
}

export async function world(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'genai-cli-'));
  await writeFile(join(folder, 'squares.idx'), idx(80, 8));
  const call = async (argv: string[], when: (err: string) => boolean): Promise<Said> => {
    const stop = new AbortController();
    let [out, err] = ['', ''];
    const code = await run(argv, {
      stdout: { write: (text) => (out += text) },
      stderr: {
        write: (text) => {
          err += text;
          if (when(err)) stop.abort();
        },
      },
      cwd: folder,
      signal: stop.signal,
    });
    const last = out.trimEnd().split('\n').at(-1) ?? '';
    return { code, out, err, json: last.startsWith('{') ? JSON.parse(last) : {} };
  };
  return {
    path: (...names) => join(folder, ...names),
    genai: (...argv) => call(argv, () => false),
    stopped: (when, ...argv) => call(argv, when),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** An IDX file of squares of random place and size: `count` images of `side` × `side` bytes. */
export function idx(count: number, side: number): Uint8Array {
  const bytes = new Uint8Array(16 + count * side * side);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of [0x0803, count, side, side].entries()) view.setUint32(4 * i, word);
  const random = randomUniform(key(7), count * 3);
  for (let n = 0; n < count; n++) {
    const [size, left, top] = [2, 0, 0].map((least, i) => least + Math.floor(random[3 * n + i]! * (side / 2)));
    for (let y = top!; y < top! + size!; y++) {
      for (let x = left!; x < left! + size!; x++) bytes[16 + (n * side + (y % side)) * side + (x % side)] = 255;
    }
  }
  return bytes;
}

/** MNIST's four files, small: 28 × 28 pictures with a bar in the upper half, label 0, or in the lower, label 1; 256 and 100 of them. */
export async function labelledFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [half, count] of [
    ['train', 256],
    ['t10k', 100],
  ] as const) {
    const images = new Uint8Array(16 + count * 784);
    const labels = new Uint8Array(8 + count);
    const heads = [
      [images, [0x0803, count, 28, 28]],
      [labels, [0x0801, count]],
    ] as const;
    for (const [bytes, words] of heads) {
      for (const [i, word] of words.entries()) new DataView(bytes.buffer).setUint32(4 * i, word);
    }
    const places = randomUniform(key(8), count);
    for (let n = 0; n < count; n++) {
      labels[8 + n] = n % 2;
      const top = Math.floor(6 * places[n]!) + (n % 2 === 0 ? 2 : 16);
      images.fill(255, 16 + 784 * n + 28 * top, 16 + 784 * n + 28 * (top + 4));
    }
    await writeFile(join(folder, `${half}-images-idx3-ubyte`), images);
    await writeFile(join(folder, `${half}-labels-idx1-ubyte`), labels);
  }
}
