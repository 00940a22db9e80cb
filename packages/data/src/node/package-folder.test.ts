import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { folderWith } from '../../test/folder.js';
import { packageFolder } from './package-folder.js';

describe('packageFolder: known answers', () => {
  test('is found from a folder, a file in it and its URL, before the working directory', async () => {
    const path = await folderWith({ 'node_modules/vitest/package.json': '{}', 'src/app.js': '' });
    const found = join(path, 'node_modules', 'vitest');
    for (const from of [
      path,
      join(path, 'src'),
      join(path, 'src', 'app.js'),
      pathToFileURL(join(path, 'src', 'app.js')),
    ]) {
      expect(packageFolder('digits', 'vitest', '1', from)).toBe(found);
      expect(packageFolder('digits', 'vitest', '1', from.toString())).toBe(found);
    }
  });
});

describe('packageFolder: errors', () => {
  test('a package that is not installed is named, with the places and the command that installs it', () => {
    const find = (): string => packageFolder('digits', 'genai-no-such-package', '1.1.0', undefined);
    expect(find).toThrow(
      /digits: the package genai-no-such-package is not installed where .*npm i genai-no-such-package@1\.1\.0/,
    );
    expect(find).toThrow(process.cwd());
    expect(find).toThrow(GenaiError);
  });
});
