/**
 * What our types cost the compiler: the first example of every README is checked against what is built, under moduleResolution node16 and
 * bundler, and the types and instantiations that it makes are held against budgets in types.json. They are counts, the same on every
 * machine with the same TypeScript. `--write` sets every ceiling a fifth above what it is now.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';
import { root } from '../scripts/pnpm.mjs';
import { publishedPackages } from './pack.mjs';

const SLACK = 1.2;
const COUNTS = { types: 'getTypeCount', instantiations: 'getInstantiationCount' };
const RESOLUTIONS = {
  node16: [ts.ModuleKind.Node16, ts.ModuleResolutionKind.Node16],
  bundler: [ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
};
const { values } = parseArgs({ options: { write: { type: 'boolean' } } });
const path = join(root, 'tools/types.json');
const budgets = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
const faults = [];
const folders = Object.fromEntries(publishedPackages().map(({ folder }) => [basename(folder), folder]));
const built = Object.keys(folders).filter((name) => existsSync(join(folders[name], 'dist/index.d.ts')));
const unbuilt = Object.keys(folders).filter((name) => !built.includes(name));

faults.push(...unbuilt.map((name) => `${name} is not built. Run \`npm test -- build\` first`));
const counts = Object.fromEntries(built.map((name) => [name, {}]));
for (const [resolution, kinds] of Object.entries(RESOLUTIONS)) {
  const compile = compiler(kinds);
  for (const name of built) check(name, resolution, compile);
}
if (values.write) {
  for (const name of unbuilt) if (budgets[name]) counts[name] = budgets[name];
  const ceilings = Object.entries(counts).map(([name, found]) => [name, built.includes(name) ? raised(found) : found]);
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(ceilings.sort()), undefined, 2)}\n`);
} else {
  for (const name of Object.keys(budgets))
    if (!folders[name]) faults.push(`${name} of tools/types.json is no published package`);
  for (const name of built) compare(name);
}
for (const fault of faults) console.error(`FAILED ${fault}`);
console.log(faults.length > 0 ? `${faults.length} faults` : `${built.length} examples keep to their budgets of types`);
process.exit(faults.length > 0 ? 1 : 0);

function check(name, resolution, compile) {
  const example = /^```ts\n([\s\S]*?)^```/m.exec(readFileSync(join(folders[name], 'README.md'), 'utf8'))?.[1];
  if (!example) {
    faults.push(`${name}: its README has no example`);
    return;
  }
  const { program, errors } = compile(join(folders[name], 'example.ts'), example);
  for (const error of errors) faults.push(`${name}, example of its README under ${resolution}: ${error}`);
  for (const [what, method] of Object.entries(COUNTS)) {
    counts[name][what] = Math.max(counts[name][what] ?? 0, program[method]());
  }
}

function compare(name) {
  const budget = budgets[name];
  if (!budget) {
    faults.push(`${name} has no budget in tools/types.json: run \`node tools/check-types.mjs --write\``);
    return;
  }
  for (const [what, count] of Object.entries(counts[name])) {
    if (count <= budget[what]) continue;
    faults.push(
      `the example of ${name} makes ${count} ${what}, more than ${budget[what]}: simplify its types, or run \`node tools/check-types.mjs --write\` and say why`,
    );
  }
  const shown = Object.entries(counts[name]).map(
    ([what, count]) => `${String(count).padStart(6)} of ${budget[what]} ${what}`,
  );
  console.log(`${name.padEnd(15)}${shown.join(',')}`);
}

function raised(found) {
  return Object.fromEntries(
    Object.entries(found).map(([what, count]) => [what, Math.ceil((count * SLACK) / 100) * 100]),
  );
}

/** Compiles one file in memory at a time; what stands in files is read and bound once for all. */
function compiler([module, moduleResolution]) {
  const options = {
    ...{ module, moduleResolution, moduleDetection: ts.ModuleDetectionKind.Force, strict: true, noEmit: true },
    ...{ skipLibCheck: true, target: ts.ScriptTarget.ES2022, types: ['node'] },
    ...{ typeRoots: [join(root, 'node_modules/@types')] },
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.esnext.disposable.d.ts'],
  };
  const host = ts.createCompilerHost(options);
  const sources = new Map();
  const cache = ts.createModuleResolutionCache(root, (file) => file, options);
  const read = host.getSourceFile.bind(host);
  return (file, text) => {
    host.getSourceFile = (name, ...rest) => {
      if (name === file)
        return ts.createSourceFile(file, text, { ...rest[0], impliedNodeFormat: ts.ModuleKind.ESNext }, true);
      if (!sources.has(name)) sources.set(name, read(name, ...rest));
      return sources.get(name);
    };
    const exists = ts.sys.fileExists;
    host.fileExists = (name) => name === file || exists(name);
    host.resolveModuleNameLiterals = (literals, from, redirected, _, source) =>
      literals.map((literal) => {
        const mode = ts.getModeForUsageLocation(source, literal, options);
        const at = from === file ? installedAt(literal.text, file) : from;
        return ts.resolveModuleName(literal.text, at, options, host, cache, redirected, mode);
      });
    const program = ts.createProgram({ rootNames: [file], options, host });
    const source = program.getSourceFile(file);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return { program, errors: found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ')) };
  };
}

/** A file that finds a module as a user's project would: our packages know themselves, the command has every engine of Node. */
function installedAt(specifier, file) {
  const [, name] = /^@genai\/([^/]+)/.exec(specifier) ?? [];
  if (name && folders[name]) return join(folders[name], 'example.ts');
  return specifier.startsWith('@tensorflow/') ? join(folders.cli, 'example.ts') : file;
}
