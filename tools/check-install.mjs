/**
 * Installs the packed packages into an empty project with npm, as a user would, and tries them there. Every README names
 * what its package exports. Every TypeScript example of every README and guide is type-checked strictly. The example of the
 * root README runs in this Node, in Node 22 and, bundled by Vite, in Chromium: on simd, which 'auto' takes, with as many
 * threads as the page allows, and on wasm in a project without simd. The first example of every package runs in this Node.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { build } from 'vite';
import { chromium } from '../scripts/chromium.mjs';
import { root } from '../scripts/pnpm.mjs';
import { packAll } from './pack.mjs';

const TFJS = ['core', 'backend-cpu', 'backend-wasm'].map((name) => `@tensorflow/tfjs-${name}@4.22.0`);
const OTHER_NODE = '22';
const BROWSER_FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** The example, and that it ran on `engine`: had that not started, 'auto' would have taken the next. */
const on = (engine) => `await import('./readme-0.js');
const { name, device, threads, passedOver, notes } = (await import('@genai/backend')).describeBackend();
if (name !== '${engine}') throw new Error('ran on ' + name + ', not on ${engine}: ' + JSON.stringify(passedOver));
const { crossOriginIsolated, navigator } = globalThis;
const expected = crossOriginIsolated ? Math.min(64, navigator.hardwareConcurrency) : 1; // of a page
if (name === 'simd' && crossOriginIsolated !== undefined && threads !== expected)
  throw new Error(threads + ' threads, expected ' + expected + ': ' + notes);
console.log([name, device, ...(threads ? [threads + ' threads'] : [])].join(', '));
`;
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};
const project = mkdtempSync(join(tmpdir(), 'genai-install-'));
const { destination, packages } = await packAll();
const faults = [];

try {
  install();
  for (const one of packages) attempt(() => namesItsExports(one));
  const examples = writeExamples();
  typeCheck();
  compile();
  for (const engine of ['simd', 'wasm']) write(`readme-${engine}.js`, on(engine));
  inNode(process.execPath, 'readme-simd', 'the README example');
  for (const { name } of packages) {
    const example = examples.find((file) => file.startsWith(`${shortName(name)}-`));
    if (example) attempt(() => inNode(process.execPath, example, `the example of ${name}`));
    else faults.push(`${name}: its README has no \`\`\`ts example`);
  }
  const other = otherNode();
  if (other) inNode(other, 'readme-simd', 'the README example');
  await inChromium('simd', { isolated: false });
  await inChromium('simd', { isolated: true });
  setAside('node_modules/@genai/simd');
  inNode(process.execPath, 'readme-wasm', 'the README example without @genai/simd');
  await inChromium('wasm', { isolated: false });
} catch (error) {
  faults.push(error.stack);
} finally {
  for (const folder of [project, destination]) rmSync(folder, { recursive: true, force: true });
}
for (const fault of faults) console.error(`FAILED ${fault}`);
process.exit(faults.length > 0 ? 1 : 0);

function install() {
  write('package.json', JSON.stringify({ name: 'newcomer', private: true, type: 'module' }));
  const files = packages.map(({ file }) => file);
  // Optional dependencies (40 MB of digits) are not needed here; scripts are off to prove that none is needed either.
  must('npm', ['install', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund', ...files, ...TFJS]);
  const copies = must('npm', ['ls', '@tensorflow/tfjs-core', '--all', '--parseable']).trim().split('\n');
  if (new Set(copies).size !== 1) throw new Error(`tfjs-core stands ${copies.length} times:\n${copies.join('\n')}`);
  ok(`npm installs ${files.length} packages, one copy of tfjs-core, no script run`);
}

/** The README names all that its package exports, and its tables list no function that is not exported. */
function namesItsExports({ name, folder, json }) {
  const modules = Object.keys(json.exports)
    .filter((path) => !/\.(json|safetensors)$/.test(path))
    .map((path) => name + path.slice(1));
  write(
    'exports.js',
    modules.map((module) => `console.log(Object.keys(await import('${module}')).join(' '));`).join(''),
  );
  const exported = new Set(must(process.execPath, ['exports.js']).trim().split(/\s+/));
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  const firstCells = [...readme.matchAll(/^\|([^|]*)/gm)].map((match) => match[1]).join('\n');
  const listed = [...firstCells.matchAll(/`(\w+)\(/g)].map((match) => match[1]);
  const unnamed = [...exported].filter((word) => !new RegExp(`\\b${word}\\b`).test(readme));
  const missing = listed.filter((word) => !exported.has(word));
  if (unnamed.length > 0) faults.push(`${name}: its README does not name ${unnamed.join(', ')}`);
  if (missing.length > 0) faults.push(`${name}: its README lists what it does not export: ${missing.join(', ')}`);
}

/** Writes each ```ts block of the READMEs and guides to a file of its own; returns their names without an ending. */
function writeExamples() {
  const guides = join(root, 'apps/docs/guide');
  const pages = [
    { name: 'readme', path: join(root, 'README.md') },
    ...packages.map(({ name, folder }) => ({ name: shortName(name), path: join(folder, 'README.md') })),
    ...readdirSync(guides).map((file) => ({ name: `guide-${basename(file, '.md')}`, path: join(guides, file) })),
  ];
  return pages.flatMap(({ name, path }) =>
    blocks(readFileSync(path, 'utf8')).map((text, i) => {
      write(`${name}-${i}.ts`, text);
      return `${name}-${i}`;
    }),
  );
}

function typeCheck() {
  for (const [module, moduleResolution] of [
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ]) {
    const compilerOptions = {
      ...{ module, moduleResolution, moduleDetection: 'force', strict: true, noEmit: true, skipLibCheck: true },
      ...{ target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'] },
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    };
    write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    attempt(() => {
      must(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']);
      ok(`every README example type-checks under strict with moduleResolution ${moduleResolution}`);
    });
  }
}

/** TypeScript to JavaScript, `using` lowered, in modules that both Node and Vite take. */
function compile() {
  const sources = readdirSync(project).filter((file) => file.endsWith('.ts'));
  const esbuild = join(root, 'node_modules/esbuild/bin/esbuild');
  must(esbuild, [...sources, '--format=esm', '--target=es2022', '--outdir=.']);
}

/** As if the package had not been installed. */
function setAside(folder) {
  renameSync(join(project, folder), join(project, 'set-aside'));
}

function inNode(node, example, what) {
  const version = must(node, ['--version']).trim();
  const out = must(node, [`${example}.js`]);
  if (out.trim() === '') throw new Error(`${what} printed nothing in Node ${version}`);
  ok(`${what} runs in Node ${version}: ${out.trim().split('\n').at(-1).slice(0, 60)}`);
}

/** Another Node from the registry, where there is one for this platform. */
function otherNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = join(project, 'other-node');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', `${name}@${OTHER_NODE}`], { cwd: folder });
  const path = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (status === 0 && existsSync(path)) return path;
  console.log(`skipped: Node ${OTHER_NODE} is not on the registry for this platform`);
  return undefined;
}

async function inChromium(engine, { isolated }) {
  const executablePath = chromium();
  if (!executablePath) return console.log('skipped: no Chromium to run the bundle in');
  write('index.html', `<!doctype html><title>…</title><script type="module" src="./browser.js"></script>`);
  write(
    'browser.js',
    `const print = console.log; const lines = [];
     console.log = (...args) => { lines.push(args.join(' ')); print(...args); };
     addEventListener('error', (e) => { document.title = 'failed: ' + e.message; });
     addEventListener('unhandledrejection', (e) => { document.title = 'failed: ' + (e.reason?.stack ?? e.reason); });
     import('./readme-${engine}.js').then(() => { document.title = lines.length ? 'done: ' + lines.at(-1) : 'failed: printed nothing'; });`,
  );
  await build({ root: project, logLevel: 'error', build: { target: 'es2022', outDir: 'dist' } });
  const bundle = readdirSync(join(project, 'dist/assets')).filter((name) => name.endsWith('.js'));
  const server = createServer((request, response) => {
    const path = join(
      project,
      'dist',
      request.url === '/' ? 'index.html' : decodeURIComponent(request.url.split('?')[0]),
    );
    if (!existsSync(path)) return response.writeHead(404).end();
    const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
    response
      .writeHead(200, {
        'content-type': types[extname(path)] ?? 'application/octet-stream',
        ...(isolated && ISOLATION),
      })
      .end(readFileSync(path));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { chromium: driver } = await import('playwright');
  const browser = await driver.launch({ executablePath, args: BROWSER_FLAGS });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => /^(done|failed)/.test(document.title), undefined, { timeout: 180_000 });
    const title = await page.title();
    if (!title.startsWith('done')) throw new Error(`the README example in Chromium: ${title}`);
    const place = isolated ? 'an isolated page of Chromium' : 'Chromium';
    ok(`the README example, bundled by Vite (${bundle.length} chunks), runs in ${place}: ${title.slice(6)}`);
  } finally {
    await browser.close();
    server.close();
  }
}

/** One fault does not hide the next. */
function attempt(check) {
  try {
    check();
  } catch (error) {
    faults.push(error.stack);
  }
}

function shortName(name) {
  return name.split('/')[1];
}

function blocks(markdown) {
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1]);
}

function write(path, text) {
  writeFileSync(join(project, path), text);
}

function must(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: project,
    encoding: 'utf8',
    timeout: 600_000,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.slice(0, 3).join(' ')} … exited ${status}\n${stdout}${stderr}`);
  return stdout;
}

function ok(text) {
  console.log(`ok     ${text}`);
}
