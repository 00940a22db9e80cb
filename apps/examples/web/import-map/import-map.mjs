/**
 * Copies the modules that a page needs from node_modules into DIST/vendor, as they are, and writes the import map of its index.html:
 * `node import-map.mjs [DIST]`, `dist` unless given. A map that is right already is left as it is.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

const PAGE = ['index.html', 'main.js'];
/** What `useBackend` imports when it tries these engines; leave out those that you do not want. */
const ENGINES = ['@genai/simd', '@tensorflow/tfjs-backend-cpu'];
/** The modules of TensorFlow.js name folders and leave out `.js`, as only bundlers permit: these files hold each package whole. */
const WHOLE = {
  '@tensorflow/tfjs-core': 'dist/tf-core.fesm.min.js',
  '@tensorflow/tfjs-backend-cpu': 'dist/tf-backend-cpu.fesm.min.js',
};
/** CommonJS only. TensorFlow.js takes no more of it than `alea`, whose file gets an export. */
const ALEA = { name: 'seedrandom', file: 'lib/alea.js' };
const IMPORT = /(?:\bfrom|\bimport)\s*(\()?\s*["'](\.{1,2}\/[\w./-]+|(?:@[\w-]+\/)?[a-z][\w.-]*(?:\/[\w./-]+)?)["']/g;

const here = import.meta.dirname;
const out = resolve(process.argv[2] ?? join(here, 'dist'));
const vendor = join(out, 'vendor');
rmSync(vendor, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const file of PAGE) cpSync(join(here, file), join(out, file));

const imports = {};
const seen = new Set();
for (const specifier of [...bareImports(join(here, 'main.js')), ...ENGINES]) add(specifier, here);

const map = Object.fromEntries(Object.entries(imports).sort(([a], [b]) => (a < b ? -1 : 1)));
const json = JSON.stringify({ imports: map }, null, 2).replaceAll('\n', '\n      ');
const page = readFileSync(join(here, 'index.html'), 'utf8');
const written = page.replace(
  /(<script type="importmap">\s*)\{.*?\}(\s*<\/script>)/s,
  (_, open, close) => open + json + close,
);
if (written !== page) writeFileSync(join(here, 'index.html'), written);
writeFileSync(join(out, 'index.html'), written);
console.log(`${relative(process.cwd(), out) || '.'}: ${seen.size} modules of ${Object.keys(map).length} packages`);

/** Maps `specifier` as seen from the folder `from`, and copies its module with all that it imports. */
function add(specifier, from) {
  if (specifier in imports) return;
  const [name] = /^(?:@[^/]+\/)?[^/]+/.exec(specifier);
  const folder = packageFolder(name, from);
  if (!folder) throw new Error(`${name}, which ${from} imports, is not installed`);
  const file = name === ALEA.name ? ALEA.file : (WHOLE[specifier] ?? entry(folder, `.${specifier.slice(name.length)}`));
  imports[specifier] = `./vendor/${join(name, file).replaceAll('\\', '/')}`;
  copy(join(folder, file), folder, name);
  for (const licence of readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file))) {
    cpSync(join(folder, licence), join(vendor, name, licence));
  }
}

function copy(path, folder, name) {
  if (seen.has(path)) return;
  seen.add(path);
  const target = join(vendor, name, relative(folder, path));
  mkdirSync(dirname(target), { recursive: true });
  const text = readFileSync(path, 'utf8').replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n');
  const wrapped = `const module = { exports: {} };\n${text}export const alea = module.exports;\n`;
  writeFileSync(target, name === ALEA.name ? wrapped : text);
  for (const [, dynamic, specifier] of text.matchAll(IMPORT)) {
    if (specifier.startsWith('.')) copy(join(dirname(path), specifier), folder, name);
    else if (!dynamic) add(specifier, folder); // what is optional comes with ENGINES or not at all
  }
}

function* bareImports(path) {
  for (const [, , specifier] of readFileSync(path, 'utf8').matchAll(IMPORT)) yield specifier;
}

/** The folder of a package, looked for upwards as Node does. */
function packageFolder(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (basename(folder) !== 'node_modules' && existsSync(join(found, 'package.json'))) return realpathSync(found);
    if (folder === dirname(folder)) return undefined;
  }
}

/** The module that a browser takes for a path of a package. */
function entry(folder, path) {
  const { exports, module, main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const found =
    exports === undefined ? (module ?? main) : conditional(exports[path] ?? (path === '.' ? exports : undefined));
  if (typeof found !== 'string') throw new Error(`${folder} has no module for a browser at "${path}"`);
  return join(found);
}

/** The first of the conditions, in the order of the package, that hold in a browser. */
function conditional(target) {
  if (typeof target !== 'object' || target === null) return target;
  const condition = Object.keys(target).find((name) => ['browser', 'import', 'default'].includes(name));
  return condition && conditional(target[condition]);
}
