/**
 * Bundles the smallest useful import of every package and holds it against its budget in sizes.json: bytes after minification and
 * gzip, without what comes from outside the house, and names that must not be in it. The packages must be built.
 * `node tools/check-size.mjs --write` sets every ceiling a tenth above what it is now.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root, run } from '../scripts/pnpm.mjs';
import { publishedPackages } from './pack.mjs';

const SLACK = 1.1;
const { values } = parseArgs({ options: { write: { type: 'boolean' } } });
const path = join(root, 'tools/sizes.json');
const budgets = JSON.parse(readFileSync(path, 'utf8'));
const folders = Object.fromEntries(publishedPackages().map(({ folder }) => [basename(folder), folder]));
const faults = [];
let sources;

for (const name of Object.keys(folders)) {
  if (!budgets.some((one) => one.package === name)) faults.push(`${name}: has no budget in tools/sizes.json`);
}
for (const budget of budgets) await check(budget);

if (values.write) {
  writeFileSync(path, JSON.stringify(budgets));
  await run(join(root, 'node_modules/.bin/biome'), ['format', '--write', path]);
}
for (const fault of faults) console.error(`FAILED ${fault}`);
console.log(faults.length > 0 ? `${faults.length} faults` : `${budgets.length} imports keep to their budgets`);
process.exit(faults.length > 0 ? 1 : 0);

/** `import { names } from package`, bundled with its siblings. */
async function check(budget) {
  const { package: name, import: names, from = '', ceiling, without } = budget;
  const what = `import { ${names} } from '@genai/${name}${from}'`;
  const folder = folders[name];
  if (!folder || !existsSync(join(folder, 'dist'))) {
    faults.push(`${name}: ${folder ? 'is not built. Run `npm test -- build` first' : 'is no published package'}`);
    return;
  }
  const contents = `export { ${names} } from '@genai/${name}${from}';`;
  const bytes = gzipSync(await bundle(folder, contents, { minify: true }), { level: 9 }).length;
  if (values.write) budget.ceiling = Math.ceil((bytes * SLACK) / 100) * 100;
  else if (!(bytes <= ceiling)) faults.push(`${what} is ${bytes} bytes, more than ${ceiling}`);
  const text = await bundle(folder, contents, { minifyWhitespace: true, minifySyntax: true }); // without comments, with its names
  const found = without.filter((word) => new RegExp(`\\b${word}\\b`).test(text));
  const unknown = without.filter((word) => !existsSomewhere(word));
  if (unknown.length > 0) faults.push(`${name}: no package has ${unknown.join(', ')}: has it a new name?`);
  if (found.length > 0) faults.push(`${what} brings ${found.join(', ')}, for which it has no use`);
  console.log(`${String(bytes).padStart(7)} of ${String(budget.ceiling).padStart(7)}  ${what}`);
}

/** A name that nothing has guards nothing. */
function existsSomewhere(word) {
  sources ??= Object.values(folders).flatMap((folder) =>
    readdirSync(join(folder, 'src'), { recursive: true })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(folder, 'src', file), 'utf8')),
  );
  return sources.some((text) => new RegExp(`\\b${word}\\b`).test(text));
}

/** What a page loads for it: the entry and the chunks that the entry imports at once. */
async function bundle(folder, contents, options) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder, loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    ...options,
    splitting: true, // what is imported later is not loaded with it
    outdir: 'out',
    write: false,
    logLevel: 'error',
    plugins: [{ name: 'siblings', setup: ({ onResolve }) => onResolve({ filter: /^[^.]/ }, resolveSibling) }],
  });
  return outputFiles.find(({ path: file }) => basename(file) === 'stdin.js').text + loadedWithIt(outputFiles);
}

/** The chunks that the entry imports at once, and theirs. */
function loadedWithIt(files) {
  const texts = new Map(files.map(({ path: file, text }) => [basename(file), text]));
  const reached = new Set(['stdin.js']);
  for (const file of reached) {
    for (const [, other] of texts.get(file).matchAll(/(?:from|import) ?"\.\/([^"]+)"/g)) reached.add(other);
  }
  reached.delete('stdin.js');
  return [...reached].map((file) => texts.get(file)).join('');
}

/** Siblings as they are published; all else stays outside. */
function resolveSibling({ path: specifier, kind }) {
  if (kind === 'entry-point') return undefined;
  const [, name, rest = ''] = /^@genai\/([^/]+)(\/.*)?$/.exec(specifier) ?? [];
  if (!name || !folders[name]) return { path: specifier, external: true, sideEffects: false };
  const { publishConfig } = JSON.parse(readFileSync(join(folders[name], 'package.json'), 'utf8'));
  return { path: join(folders[name], publishConfig.exports[`.${rest}`].default), sideEffects: false };
}
