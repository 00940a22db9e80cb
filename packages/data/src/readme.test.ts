import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';

test('the example of the README runs and prints what it says', async () => {
  const text = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(text)![1]!;
  const folder = new URL('../.cache/', import.meta.url);
  const file = new URL(`readme-${process.pid}.ts`, folder);
  await mkdir(folder, { recursive: true });
  // The tests have their engine in place.
  await writeFile(file, example.replace(/^.*useBackend.*$/gm, ''));
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    await import(file.href);
    expect(log.mock.calls[0]).toEqual([[16, 8, 8, 1]]);
    expect(log.mock.calls[1]).toEqual([expect.any(Number), 'bytes of PNG']);
  } finally {
    log.mockRestore();
    await rm(file);
  }
});
