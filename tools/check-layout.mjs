/** Checks that every package has the same six things, and that its manifest keeps the rules of the house. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const SIX = ['package.json', 'README.md', 'tsconfig.json', 'tsup.config.ts', 'turbo.json', 'vitest.config.ts'];
const PRIVATE = new Set(['testing']);
const faults = [];

for (const name of readdirSync(join(root, 'packages'))) {
  const folder = join(root, 'packages', name);
  const fault = (text) => faults.push(`packages/${name}: ${text}`);
  for (const file of SIX) if (!existsSync(join(folder, file))) fault(`${file} is missing`);
  if (!existsSync(join(folder, 'src/index.ts'))) fault('src/index.ts is missing');
  if (!existsSync(join(folder, 'package.json'))) continue;
  const json = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (json.name !== `@genai/${name}`) fault(`is named ${json.name}`);
  if (json.type !== 'module') fault('is not an ES module');
  if (json.sideEffects !== false) fault('must set "sideEffects": false');
  if (!json.description) fault('has no description');
  for (const hook of ['preinstall', 'install', 'postinstall', 'prepare']) {
    if (json.scripts?.[hook]) fault(`has an install script (${hook})`);
  }
  const isApplication = readFileSync(join(folder, 'turbo.json'), 'utf8').includes('"app"'); // only these choose engines
  for (const [dependency, range] of Object.entries(json.dependencies ?? {})) {
    if (dependency.startsWith('@genai/') && range !== 'workspace:^') fault(`${dependency} must be "workspace:^"`);
    if (dependency.startsWith('@tensorflow/') && !isApplication) fault(`${dependency} must be a peer dependency`);
  }
  const readme = existsSync(join(folder, 'README.md')) ? readFileSync(join(folder, 'README.md'), 'utf8') : '';
  if (!readme.startsWith(`# @genai/${name}\n`)) fault(`README.md must start with "# @genai/${name}"`);
  if (json.private !== true) {
    if (PRIVATE.has(name)) fault('must be private');
    if (!json.publishConfig?.exports) fault('publishConfig.exports is missing');
    for (const [path, entry] of Object.entries(json.exports ?? {})) {
      const published = json.publishConfig?.exports?.[path];
      const { '@genai/source': source, ...rest } = typeof entry === 'object' ? entry : {};
      if (typeof entry === 'object' && !source) fault(`exports["${path}"] has no "@genai/source" condition`);
      if (JSON.stringify(published) !== JSON.stringify(typeof entry === 'object' ? rest : entry)) {
        fault(`publishConfig.exports["${path}"] must equal exports without "@genai/source"`);
      }
    }
    checkExample(readme, fault);
  }
  if (!readFileSync(join(root, 'README.md'), 'utf8').includes(`── ${name}/`)) {
    fault('the tree in the README of the repository does not name it');
  }
}

for (const text of faults) console.error(text);
console.log(faults.length ? `${faults.length} faults` : 'every package has the same six things');
process.exit(faults.length ? 1 : 0);

/** There is an example, and the install line installs all it imports, with an engine if it asks for one. */
function checkExample(readme, fault) {
  const example = /^```ts\n([\s\S]*?)^```/m.exec(readme)?.[1];
  if (!example) return fault('README.md has no example');
  const shell = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1]).join(' ');
  const installed = new Set(shell.split(/\s+/).map((word) => word.replace(/(?<=.)@[\d^~].*$/, '')));
  for (const [, specifier] of example.matchAll(/^(?:import|export)\b[^;]*?'([^'.][^']*)';/gm)) {
    if (specifier.startsWith('node:')) continue;
    const dependency = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    if (!installed.has(dependency)) fault(`README.md: the example imports ${dependency}, which the install line lacks`);
  }
  if (example.includes('useBackend(') && !/@genai\/simd|@tensorflow\/tfjs-(backend-|node)/.test(shell)) {
    fault('README.md: the example asks for an engine, of which the install line has none');
  }
}
