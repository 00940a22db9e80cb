import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keptStatistics } from './kept-statistics.js';

const STATISTICS = {
  frechet: {
    mean: { shape: [2], values: Float64Array.of(0.1, 1 / 3) },
    count: { shape: [], values: Float64Array.of(7) },
  },
  manifold: { rows: { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) } },
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genai-kept-'));
  vi.stubEnv('GENAI_CACHE', folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

function maker() {
  const make = vi.fn(async () => STATISTICS);
  return { make, made: () => make.mock.calls.length };
}

test('laws: what was kept comes back bit for bit, and is made anew for anything else', async () => {
  const { make, made } = maker();
  const about = { features: 'pixels', images: 'abc' };
  expect(await keptStatistics(about, make)).toEqual(STATISTICS);
  expect(await keptStatistics(about, make)).toEqual(STATISTICS);
  expect(made()).toBe(1);
  await keptStatistics({ ...about, images: 'abd' }, make);
  expect(made()).toBe(2);
  expect(await readdir(join(folder, 'statistics'))).toHaveLength(2);
});

test('errors: a damaged file is made anew and written over; where nothing can be written all goes on', async () => {
  const { make, made } = maker();
  await keptStatistics({ images: 'abc' }, make);
  const [name] = await readdir(join(folder, 'statistics'));
  const path = join(folder, 'statistics', name!);
  const whole = await readFile(path);
  const flipped = Uint8Array.from(whole);
  flipped[flipped.length - 5]! ^= 1; // a number, so that it is still a safetensors file
  for (const damaged of [flipped, whole.subarray(0, 40), Buffer.from('nonsense'), Buffer.alloc(0)]) {
    await writeFile(path, damaged);
    const before = made();
    expect(await keptStatistics({ images: 'abc' }, make)).toEqual(STATISTICS);
    expect(made()).toBe(before + 1);
    expect((await readFile(path)).equals(whole)).toBe(true);
  }
  await writeFile(join(folder, 'file'), '');
  vi.stubEnv('GENAI_CACHE', join(folder, 'file'));
  expect(await keptStatistics({ images: 'abc' }, make)).toEqual(STATISTICS);
});
