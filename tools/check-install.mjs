/**
 * Installs the packed packages into an empty project with npm, as a user would, and tries them there: the example of the
 * README in this Node and in Node 22, bundled by Vite in Chromium, and every README's examples type-checked strictly.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { build } from 'vite';
import { chromium } from '../scripts/chromium.mjs';
import { packAll } from './pack.mjs';

const root = join(import.meta.dirname, '..');
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
const project = mkdtempSync(join(tmpdir(), 'genai-install-'));
const { destination, packages } = packAll();
const faults = [];

try {
  install();
  const example = blocks(readFileSync(join(root, 'README.md'), 'utf8'))[0];
  typeCheck(example);
  const compiled = compile(example);
  inNode(process.execPath, compiled);
  const other = otherNode();
  if (other) inNode(other, compiled);
  await inChromium(compiled);
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

function typeCheck(example) {
  write('readme.mts', example);
  for (const { name, folder } of packages) {
    blocks(readFileSync(join(folder, 'README.md'), 'utf8')).forEach((text, i) => {
      write(`${name.split('/')[1]}-${i}.mts`, /^import |^export /m.test(text) ? text : `${text}\nexport {};\n`);
    });
  }
  for (const [module, moduleResolution] of [
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ]) {
    const compilerOptions = {
      ...{ module, moduleResolution, strict: true, noEmit: true, skipLibCheck: true, target: 'es2022' },
      lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'],
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    };
    write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.mts'] }));
    must(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']);
    ok(`every README example type-checks under strict with moduleResolution ${moduleResolution}`);
  }
}

/** TypeScript to JavaScript, `using` lowered, one module that both Node and Vite take. */
function compile(example) {
  write('readme.ts', example);
  const esbuild = join(root, 'node_modules/esbuild/bin/esbuild');
  must(esbuild, ['readme.ts', '--format=esm', '--target=es2022', '--outfile=readme.js']);
  return 'readme.js';
}

function inNode(node, file) {
  const version = must(node, ['--version']).trim();
  const out = must(node, [file]);
  if (!/\d/.test(out)) throw new Error(`the README example printed nothing in Node ${version}`);
  ok(`the README example runs in Node ${version}`);
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

async function inChromium(file) {
  const executablePath = chromium();
  if (!executablePath) return console.log('skipped: no Chromium to run the bundle in');
  write('index.html', `<!doctype html><title>…</title><script type="module" src="./browser.js"></script>`);
  write(
    'browser.js',
    `const print = console.log; const lines = [];
     console.log = (...args) => { lines.push(args.join(' ')); print(...args); };
     addEventListener('error', (e) => { document.title = 'failed: ' + e.message; });
     addEventListener('unhandledrejection', (e) => { document.title = 'failed: ' + (e.reason?.stack ?? e.reason); });
     import('./${file}').then(() => { document.title = lines.length ? 'done: ' + lines.at(-1) : 'failed: printed nothing'; });`,
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
      .writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' })
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
    ok(`the README example, bundled by Vite (${bundle.length} chunks), runs in Chromium`);
  } finally {
    await browser.close();
    server.close();
  }
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
