import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keptResult } from './kept-result.js';

test('laws: what was made is made once for each name, and what failed is made again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'genai-kept-'));
  try {
    let made = 0;
    const make = async () => ({ value: ++made });
    await expect(keptResult(folder, 'a b', () => Promise.reject(new Error('stopped')))).rejects.toThrow('stopped');
    expect(await keptResult(folder, 'a b', make)).toEqual({ value: 1 });
    expect(await keptResult(folder, 'a b', make)).toEqual({ value: 1 });
    expect(await keptResult(folder, 'c', make)).toEqual({ value: 2 });
  } finally {
    await rm(folder, { recursive: true });
  }
});
