import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenaiError } from '@genai/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import json from '../package.json' with { type: 'json' };
import { createProject } from './create-project.js';
import { run } from './run.js';
import { TEMPLATES, type Template } from './templates.js';

let place: string;
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'genai-create-'));
});
afterEach(() => rm(place, { recursive: true, force: true }));

for (const template of Object.keys(TEMPLATES) as Template[]) {
  test(`known answers: ${template} is laid out whole, with its name and this release`, async () => {
    const folder = join(place, 'my-moons');
    const files = await createProject({ folder, template });
    expect(files).toEqual(expect.arrayContaining(['.gitignore', 'README.md', 'package.json', 'tsconfig.json']));
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    expect(found.filter((entry) => entry.isFile())).toHaveLength(files.length);
    for (const file of files) expect(await readFile(join(folder, file), 'utf8')).not.toContain('{{');
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    expect(manifest.name).toBe('my-moons');
    expect(manifest.scripts.start).toBeTypeOf('string');
    const siblings = Object.entries(manifest.dependencies).filter(([name]) => name.startsWith('@genai/'));
    expect(siblings.length).toBeGreaterThan(0);
    for (const [, range] of siblings) expect(range).toBe(`^${json.version}`);
  });

  test(`laws: the program of ${template} imports what its manifest installs`, async () => {
    const folder = join(place, 'app');
    const files = await createProject({ folder, template });
    const { dependencies, devDependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const program = await readFile(join(folder, files.find((file) => file.endsWith('main.ts'))!), 'utf8');
    const imported = [...program.matchAll(/from '((?:@[^/']+\/)?[^./'][^/']*)/g)].map((match) => match[1]);
    expect(imported.length).toBeGreaterThan(3);
    expect(Object.keys({ ...dependencies, ...devDependencies })).toEqual(expect.arrayContaining(imported));
  });
}

test('errors: a folder with something in it is left as it was', async () => {
  const folder = join(place, 'mine');
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), 'mine');
  const attempt = createProject({ folder });
  await expect(attempt).rejects.toThrow(GenaiError);
  await expect(attempt).rejects.toThrow('is not empty');
  expect(await readdir(folder)).toEqual(['package.json']);
  expect(await readFile(join(folder, 'package.json'), 'utf8')).toBe('mine');
});

test('errors: a file in the way, a name that npm refuses, a template that is not there', async () => {
  await writeFile(join(place, 'file'), '');
  await expect(createProject({ folder: join(place, 'file') })).rejects.toThrow('is a file');
  for (const name of ['Moons', '_moons', 'my moons', 'node_modules']) {
    await expect(createProject({ folder: join(place, name) })).rejects.toThrow('cannot name a package');
  }
  const template = 'toString' as Template;
  await expect(createProject({ folder: join(place, 'app'), template })).rejects.toThrow('got "toString"');
  expect(await readdir(place)).toEqual(['file']);
});

test('known answers: the command says what to do next, and into an empty folder needs no cd', async () => {
  const said: string[] = [];
  const terminal = { out: (text: string) => said.push(text), error: (text: string) => said.push(text), cwd: place };
  expect(await run(['moons', '--template', 'vite'], terminal)).toBe(0);
  expect(said.join('')).toContain('cd moons\n  npm install\n  npm start');
  await mkdir(join(place, 'empty'));
  said.length = 0;
  expect(await run(['.'], { ...terminal, cwd: join(place, 'empty') })).toBe(0);
  expect(said.join('')).not.toContain('cd ');
});

test('errors: the command asked wrongly says how to ask, and writes nothing', async () => {
  const said: string[] = [];
  const terminal = { out: (text: string) => said.push(text), error: (text: string) => said.push(text), cwd: place };
  expect(await run([], terminal)).toBe(2);
  expect(await run(['a', 'b'], terminal)).toBe(2);
  expect(await run(['a', '--colour'], terminal)).toBe(2);
  expect(await run(['a', '--template', 'react'], terminal)).toBe(1);
  expect(said.filter((text) => text.includes('usage: npm create @genai'))).toHaveLength(3);
  expect(said.at(-1)).toContain('must be one of node, vite, page');
  expect(await readdir(place)).toEqual([]);
});
