import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeAtomically } from './write-atomically.js';

test('writes whole files, makes folders, replaces, and leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'genai-write-'));
  try {
    const path = join(folder, 'a', 'b.txt');
    await writeAtomically(path, 'one');
    await Promise.all(Array.from({ length: 20 }, (_, i) => writeAtomically(path, `${i}`.repeat(1_000))));
    expect(await readFile(path, 'utf8')).toMatch(/^(\d+?)\1{999}$/);
    await expect(writeAtomically(join(folder, 'a'), 'a folder stands here')).rejects.toThrow();
    expect(await readdir(join(folder, 'a'))).toEqual(['b.txt']);
    expect(await readdir(folder)).toEqual(['a']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
