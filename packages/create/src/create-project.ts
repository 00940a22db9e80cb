import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GenaiError } from '@genai/core';
import { TEMPLATES, type Template } from './templates.js';

export interface CreateProjectOptions {
  /** Where to; its last part names the project. It must not exist, or be empty. */
  readonly folder: string;
  /** What to start as; default 'node'. */
  readonly template?: Template;
}

const ENDING = '.template'; // keeps npm, TypeScript and the workspace from taking a template for what it describes

/**
 * Lays out a project of `template` in `folder` and resolves to the files it wrote, relative to it. It needs no network and overwrites
 * nothing; the project asks for the packages of this release, from whatever registry its npm has configured.
 *
 * @throws GenaiError if the folder has something in it, its name is none of a package, or there is no such template.
 *
 * @example
 * await createProject({ folder: 'moons', template: 'vite' }); // .gitignore, index.html, package.json, …
 */
export async function createProject({ folder, template = 'node' }: CreateProjectOptions): Promise<string[]> {
  const target = resolve(folder);
  const name = expectName(basename(target));
  expectTemplate(template);
  await expectEmpty(target);
  const source = fileURLToPath(new URL(`../templates/${template}`, import.meta.url));
  const words = { name, range: `^${await versionHere()}` };
  const written: string[] = [];
  for (const path of await filesOf(source)) {
    const place = relative(source, path).slice(0, -ENDING.length);
    const text = fill(await readFile(path, 'utf8'), words);
    await mkdir(dirname(join(target, place)), { recursive: true });
    await writeFile(join(target, place), text, { flag: 'wx' });
    written.push(place.replaceAll('\\', '/'));
  }
  return written.sort();
}

function expectName(name: string): string {
  if (/^[a-z\d][a-z\d._-]*$/.test(name) && name.length <= 214 && name !== 'node_modules') return name;
  throw new GenaiError(
    `createProject: the folder's name "${name}" cannot name a package. Use small letters, digits, hyphens, dots and underscores, a letter or digit first.`,
  );
}

function expectTemplate(template: string): asserts template is Template {
  if (Object.hasOwn(TEMPLATES, template)) return;
  throw new GenaiError(
    `createProject: template must be one of ${Object.keys(TEMPLATES).join(', ')}, got "${template}".`,
  );
}

async function expectEmpty(folder: string): Promise<void> {
  let found: string[];
  try {
    found = await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (code !== 'ENOTDIR') throw error;
    throw new GenaiError(`createProject: ${folder} is a file. Choose another name.`);
  }
  if (found.length === 0) return;
  throw new GenaiError(`createProject: ${folder} is not empty (it has ${found[0]}). Choose another name or empty it.`);
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ENDING))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Read when asked for, not at the build: what is published as a version is built before or after it gets its number. */
async function versionHere(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

function fill(text: string, words: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (whole, word: string) => words[word] ?? whole);
}
