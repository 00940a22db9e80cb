import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/pnpm.mjs';

const NODES = ['20', '22', '24'];
const TYPESCRIPTS = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0'];
/** What they read stands in files beside them, which no bundle holds. */
const COPIES_FILES = ['create'];
const MANAGERS = {
  npm: ['npm', 'install', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', '--prefer-offline'],
  pnpm: [
    'npx',
    '--yes',
    'pnpm@10.34.8',
    'add',
    '--ignore-scripts',
    '--no-optional',
    '--prefer-offline',
    '--ignore-workspace',
  ],
  yarn: ['npx', '--yes', 'yarn@1.22.22', 'add', '--ignore-scripts', '--ignore-optional', '--no-progress', '--silent'],
};

/**
 * Installs a package alone in an empty project, with each of `managers` imports all it offers, then installs what its README says
 * and runs the first example there. Resolves to what was found right, a line each; throws at the first fault.
 */
export async function tryAlone({ folder, registry, name, version, managers = ['npm'] }) {
  const lines = [];
  for (const manager of managers) {
    const project = newProject(folder, registry);
    // Yarn 1 leaves required peers to its user: there is one, named in every README.
    add(project, manager, [`@genai/${name}@${version}`, ...(manager === 'yarn' ? peersOf(name) : [])]);
    const count = importAll(project, name);
    const { install, text } = readmeOf(name);
    if (install.length > 0)
      add(
        project,
        manager,
        install.map((one) => (one.startsWith('@genai/') ? `${one}@${version}` : one)),
      );
    const ran = text ? `, and with what its README installs runs its example: ${run(project, text)}` : '';
    lines.push(`${name} ${version} installs alone by ${manager}, ${count} exports${ran}`);
  }
  return lines;
}

/** A client of the older release with a newer sibling: one copy of the sibling, and the client's example runs. */
export async function tryOlderClient({ folder, registry, client, sibling, older, newer, mark }) {
  const project = newProject(folder, registry);
  const { install, text } = readmeOf(client);
  const others = install.filter((one) => one !== `@genai/${client}` && one !== `@genai/${sibling}`);
  const versions = others.map((one) => (one.startsWith('@genai/') ? `${one}@${older}` : one));
  add(project, 'npm', [`@genai/${client}@${older}`, `@genai/${sibling}@${newer}`, ...versions]);
  const copies = must(project, 'npm', ['ls', `@genai/${sibling}`, '--all', '--parseable'])
    .trim()
    .split('\n');
  if (new Set(copies).size !== 1) throw new Error(`${sibling} stands ${copies.length} times:\n${copies.join('\n')}`);
  if (!readFileSync(join(copies[0], 'dist/index.js'), 'utf8').includes(mark))
    throw new Error(`${sibling} is not the newer`);
  return [
    `${client} ${older} stands on ${sibling} ${newer}, one copy of it, and runs its example: ${run(project, text)}`,
  ];
}

/** `npm create @genai` from the registry, the installation, the types and the program or the bundle of each of `templates`. */
export async function tryCreate({ folder, registry, version, templates }) {
  const lines = [];
  for (const template of templates) {
    const place = newProject(folder, registry);
    // A cache of its own: npx keeps what it once ran by name and version, and this version is another in every run of the check.
    must(place, 'npm', [
      'create',
      '--yes',
      '--cache',
      join(folder, 'cache'),
      `@genai@${version}`,
      'moons',
      '--',
      '--template',
      template,
    ]);
    const project = join(place, 'moons');
    write(project, '.npmrc', registry.settings);
    must(project, 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']);
    must(project, 'npm', ['run', 'types']);
    const out = must(project, 'npm', template === 'vite' ? ['run', 'build'] : ['start']).trim();
    if (template === 'node' && !/^\s*five points of the model:\n/m.test(out))
      throw new Error(`the program said\n${out}`);
    lines.push(
      `\`npm create @genai\` ${version}, ${template}: installs, its types hold, ${template === 'node' ? 'it runs' : 'it is bundled'}`,
    );
  }
  return lines;
}

/** A package with every package manager, Node, bundler and TypeScript. */
export async function tryEverywhere({ folder, registry, name, version }) {
  const lines = await tryAlone({ folder, registry, name, version, managers: Object.keys(MANAGERS) });
  const project = newProject(folder, registry);
  const { install, text } = readmeOf(name);
  add(project, 'npm', [`@genai/${name}@${version}`, ...install.filter((one) => one !== `@genai/${name}`)]);
  if (!text) return lines;
  for (const node of NODES) {
    const program = nodeOf(folder, node);
    lines.push(
      program
        ? `${name} in Node ${node}: ${run(project, text, program)}`
        : `${name} in Node ${node}: skipped, there is none`,
    );
  }
  write(project, 'main.js', lowered(project, text));
  const tools = toolbox(folder);
  for (const bundler of COPIES_FILES.includes(name) ? [] : ['esbuild', 'rollup', 'vite', 'webpack']) {
    const bundle = must(project, process.execPath, [join(tools, 'bundle.mjs'), bundler, project]).trim();
    const said = must(project, process.execPath, [bundle]).trim().split('\n').at(-1).slice(0, 50);
    lines.push(`${name} bundled by ${bundler}: ${said}`);
  }
  write(project, 'example.ts', text);
  for (const typescript of TYPESCRIPTS) {
    for (const [module, moduleResolution] of [
      ['node16', 'node16'],
      ['esnext', 'bundler'],
    ]) {
      const compilerOptions = {
        ...{ module, moduleResolution, moduleDetection: 'force', strict: true, noEmit: true, skipLibCheck: true },
        ...{ target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'] },
        ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
      };
      write(project, 'tsconfig.json', JSON.stringify({ compilerOptions, files: ['example.ts'] }));
      must(project, process.execPath, [join(tools, `node_modules/ts-${typescript}/bin/tsc`), '-p', '.']);
    }
    lines.push(`${name} under TypeScript ${typescript}, node16 and bundler`);
  }
  return lines;
}

function newProject(folder, registry) {
  const project = mkdtempSync(join(folder, 'project-'));
  write(project, 'package.json', JSON.stringify({ name: 'newcomer', version: '1.0.0', private: true, type: 'module' }));
  write(project, '.npmrc', registry.settings);
  return project;
}

function add(project, manager, specifiers) {
  const [program, ...args] = MANAGERS[manager];
  must(project, program, [...args, ...specifiers]);
}

/** Imports every module that a package offers; the number of names they export. */
function importAll(project, name) {
  const { exports } = JSON.parse(readFileSync(join(project, 'node_modules/@genai', name, 'package.json'), 'utf8'));
  const paths = Object.keys(exports).filter((path) => !/\.(json|safetensors)$/.test(path));
  const modules = paths.map((path) => `@genai/${name}${path.slice(1)}`);
  const counts = modules.map((module) => `Object.keys(await import('${module}')).length`);
  write(project, 'exports.js', `console.log(${counts.join(' + ')});`);
  return Number(must(project, process.execPath, ['exports.js']));
}

/** What the install line of a README names, and its first example. */
function readmeOf(name) {
  const readme = readFileSync(join(root, 'packages', name, 'README.md'), 'utf8');
  const line = /^(?:npm i|npm install) ((?:[@\w][^\n]*?(?:\\\n\s*)?)+)$/m.exec(readme)?.[1] ?? '';
  const install = line.split(/[\s\\]+/).filter((word) => word && !word.startsWith('-'));
  return { install, text: /^```ts\n([\s\S]*?)^```/m.exec(readme)?.[1] };
}

/** The peers that are no option, as a user adds them by hand: in the version that the README names, if it does. */
function peersOf(name) {
  const json = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
  const required = Object.entries(json.peerDependencies ?? {}).filter(
    ([peer]) => !json.peerDependenciesMeta?.[peer]?.optional,
  );
  const { install } = readmeOf(name);
  return required.map(([peer, range]) => install.find((one) => one.startsWith(`${peer}@`)) ?? `${peer}@${range}`);
}

function run(project, text, node = process.execPath) {
  write(project, 'main.js', lowered(project, text));
  const out = must(project, node, ['main.js']).trim();
  if (out === '') throw new Error(`an example printed nothing:\n${text}`);
  return out.split('\n').at(-1).slice(0, 50);
}

/** TypeScript to JavaScript of Node 20: `using` is lowered. */
function lowered(project, text) {
  write(project, 'main.ts', text);
  return must(project, join(root, 'node_modules/esbuild/bin/esbuild'), ['main.ts', '--format=esm', '--target=es2022']);
}

/** A Node of another version from the registry, where there is one for this platform. */
function nodeOf(folder, version) {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const place = join(folder, `node-${version}`);
  const program = join(place, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(place)) return existsSync(program) ? program : undefined;
  mkdirSync(place, { recursive: true });
  write(place, 'package.json', '{ "private": true }');
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', `${name}@${version}`], { cwd: place });
  return status === 0 ? program : undefined;
}

/** Bundlers and compilers, installed once. */
function toolbox(folder) {
  const tools = join(folder, 'tools');
  if (existsSync(tools)) return tools;
  mkdirSync(tools, { recursive: true });
  write(tools, 'package.json', '{ "private": true, "type": "module" }');
  copyFileSync(join(root, 'tools/bundle.mjs'), join(tools, 'bundle.mjs'));
  const compilers = TYPESCRIPTS.map((version) => `ts-${version}@npm:typescript@${version}`);
  const bundlers = [
    'esbuild@0.28.2',
    'rollup@4',
    '@rollup/plugin-node-resolve@16',
    '@rollup/plugin-commonjs@28',
    'vite@8.3.8',
    'webpack@5',
  ];
  must(tools, 'npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...bundlers, ...compilers]);
  return tools;
}

function write(folder, path, text) {
  writeFileSync(join(folder, path), text);
}

function must(cwd, program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: 300_000 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.slice(0, 6).join(' ')} … exited ${status}\n${stdout}${stderr}`);
  return stdout;
}
