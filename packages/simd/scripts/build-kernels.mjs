// Builds kernels/*.c to WebAssembly with the compiler that npm delivers, in three variants, and writes each as a module
// of its own (base64 in a string: it works in Node, in bundles, in workers, in tests, with nothing to fetch). Also writes
// the list of ops. Does nothing when no source has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCES = join(HERE, '../kernels');
const OUT = join(HERE, '../src/generated');
const CACHE = join(HERE, '../node_modules/.cache/kernels');

const COMMON = [
  '--target=wasm32-unknown-unknown',
  '-std=gnu11',
  '-mbulk-memory',
  '-mmutable-globals',
  '-ffp-contract=off',
];
const STRICT = ['-Wall', '-Wextra', '-Werror', '-fno-math-errno', '-fno-trapping-math', '-nostdlib', '-nostdinc'];
/**
 * Each with what it asks of the engine; the first that an engine validates is used. `scalar` is for engines so old that
 * nobody trains on them: it is built for its size.
 */
const VARIANTS = {
  relaxed: ['-O3', '-matomics', '-msimd128', '-mrelaxed-simd'],
  simd: ['-O3', '-matomics', '-msimd128'],
  scalar: ['-O1'],
};

const LINK = [
  ...[
    '--no-entry',
    '--import-memory',
    '--max-memory=4294967296',
    '--export=__stack_pointer',
    '-z',
    'stack-size=262144',
  ],
  ...['--gc-sections', '--strip-all'],
];

/** The headers of C that the kernels use; the compiler's own folder of headers goes with -nostdinc. */
const HEADERS = {
  'stdbool.h': '#pragma once\n#define bool _Bool\n#define true 1\n#define false 0\n',
  'stddef.h':
    '#pragma once\ntypedef __SIZE_TYPE__ size_t;\ntypedef __PTRDIFF_TYPE__ ptrdiff_t;\n#define NULL ((void *)0)\n',
  'stdint.h':
    '#pragma once\ntypedef __INT8_TYPE__ int8_t;\ntypedef __UINT8_TYPE__ uint8_t;\ntypedef __INT16_TYPE__ int16_t;\ntypedef __UINT16_TYPE__ uint16_t;\ntypedef __INT32_TYPE__ int32_t;\ntypedef __UINT32_TYPE__ uint32_t;\ntypedef __INT64_TYPE__ int64_t;\ntypedef __UINT64_TYPE__ uint64_t;\ntypedef __UINTPTR_TYPE__ uintptr_t;\ntypedef __INTPTR_TYPE__ intptr_t;\n',
};

/** @returns whether anything was built. */
export async function buildKernels({ log = () => {} } = {}) {
  const names = readdirSync(SOURCES)
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(SOURCES, name), 'utf8')]));
  const script = readFileSync(fileURLToPath(import.meta.url), 'utf8');
  const hash = hashOf(JSON.stringify(files), script);
  const stamp = join(OUT, 'hash.txt');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return false;
  const { commands } = await import('@yowasp/clang');
  const made = {};
  for (const [variant, features] of Object.entries(VARIANTS)) {
    const started = performance.now();
    const objects = {};
    for (const name of names.filter((name) => name.endsWith('.c'))) {
      objects[name.replace(/\.c$/, '.o')] = await compile(commands.clang, name, files, features, script);
    }
    const shared = features.includes('-matomics') ? ['--shared-memory'] : [];
    const args = [...LINK, ...shared, ...Object.keys(objects), '-o', 'kernels.wasm'];
    const { 'kernels.wasm': bytes } = await run(commands['wasm-ld'], args, objects);
    made[`${variant}.js`] = `export const WASM = '${Buffer.from(bytes).toString('base64')}';\n`;
    const [size, time] = [bytes.length / 1024, (performance.now() - started) / 1000];
    log(`kernels: ${variant}, ${size.toFixed(0)} KB, ${time.toFixed(1)} s`);
  }
  const ops = [...files['ops.h'].matchAll(/^OP\((\w+)\)/gm)].map(([, name]) => name);
  made['ops.js'] = `export const OPS = ${JSON.stringify(ops)};\n`;
  made['sources.js'] = `export const SOURCES = ${JSON.stringify(files)};\n`;
  made['hash.txt'] = hash;
  mkdirSync(OUT, { recursive: true });
  for (const [name, text] of Object.entries(made)) write(join(OUT, name), text);
  return true;
}

/** One object file: from the cache, unless the source or a header that it includes has changed. */
async function compile(clang, name, files, features, script) {
  const needed = Object.fromEntries([...includedBy(name, files)].sort().map((file) => [file, files[file]]));
  const cached = join(CACHE, `${name}-${hashOf(JSON.stringify(needed), features.join(), script).slice(0, 32)}.o`);
  if (existsSync(cached)) return new Uint8Array(readFileSync(cached));
  const args = [...COMMON, ...STRICT, '-Iinclude', ...features, '-c', name, '-o', 'made.o'];
  const { 'made.o': object } = await run(clang, args, { ...files, include: HEADERS });
  mkdirSync(CACHE, { recursive: true });
  write(cached, object);
  return object;
}

function includedBy(name, files, found = new Set([name])) {
  for (const [, header] of files[name].matchAll(/^\s*#include "(.+)"/gm)) {
    if (files[header] === undefined || found.has(header)) continue;
    found.add(header);
    includedBy(header, files, found);
  }
  return found;
}

function hashOf(...texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text);
  return hash.digest('hex');
}

async function run(command, args, files) {
  let said = '';
  try {
    return await command(args, files, { stdout: hear, stderr: hear, fetchProgress: () => {} });
  } catch {
    throw new Error(`the kernels do not build: ${args.join(' ')}\n${said}`);
  }
  function hear(bytes) {
    if (bytes) said += new TextDecoder().decode(bytes);
  }
}

/** Whole or not at all, as others may be reading. */
function write(to, content) {
  const part = `${to}.${process.pid}`;
  writeFileSync(part, content);
  renameSync(part, to);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const log = (line) => process.stdout.write(`${line}\n`);
  if (!(await buildKernels({ log }))) log('kernels: nothing has changed');
}
