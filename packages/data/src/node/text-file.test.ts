import { join } from 'node:path';
import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { folderWith } from '../../test/folder.js';
import { textFile } from './text-file.js';

describe('textFile: known answers', () => {
  test('UTF-8, without a mark at its beginning', async () => {
    const path = await folderWith({ 'a.txt': '\ufeffCall me Ishmael — 🐋\n' });
    expect(await textFile(join(path, 'a.txt'))).toBe('Call me Ishmael — 🐋\n');
  });
});

describe('textFile: errors', () => {
  test('no file, a folder, a large file, and one that is not UTF-8', async () => {
    const path = await folderWith({ 'latin.txt': Uint8Array.of(0x63, 0xe9), 'long.txt': 'x'.repeat(11) });
    const cases: [name: string, message: RegExp][] = [
      ['missing.txt', /textFile: cannot read .*missing\.txt \(ENOENT/],
      ['', /is not a file/],
      ['latin.txt', /latin\.txt is not UTF-8/],
      ['long.txt', /has 11 bytes, the limit is 10/],
    ];
    for (const [name, message] of cases) {
      const failed = textFile(join(path, name), { limit: 10 });
      await expect(failed).rejects.toThrow(message);
      await expect(failed).rejects.toBeInstanceOf(GenaiError);
    }
  });
});
