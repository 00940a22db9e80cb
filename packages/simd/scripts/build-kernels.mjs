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

const COMMON = [
  '--target=wasm32-unknown-unknown',
  '-std=gnu11',
  '-O3',
  '-mbulk-memory',
  '-mmutable-globals',
  '-ffp-contract=off',
];
const STRICT = ['-Wall', '-Wextra', '-Werror', '-fno-math-errno', '-fno-trapping-math', '-nostdlib', '-nostdinc'];
/** Each with what it asks of the engine; the first that an engine validates is used. */
const VARIANTS = {
  relaxed: ['-matomics', '-msimd128', '-mrelaxed-simd'],
  simd: ['-matomics', '-msimd128'],
  scalar: [],
};

/** @returns whether anything was built. */
export async function buildKernels({ log = () => {} } = {}) {
  const names = readdirSync(SOURCES)
    .filter((name) => /\.[ch]$/.test(name))
    .sort();
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(SOURCES, name), 'utf8')]));
  const hash = createHash('sha256')
    .update(JSON.stringify(files))
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest('hex');
  const stamp = join(OUT, 'hash.txt');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return false;
  mkdirSync(OUT, { recursive: true });
  const ops = [...files['ops.h'].matchAll(/^OP\((\w+)\)/gm)].map(([, name]) => name);
  write('ops.js', `export const OPS = ${JSON.stringify(ops)};\n`);
  write('sources.js', `export const SOURCES = ${JSON.stringify(files)};\n`);
  const { commands } = await import('@yowasp/clang');
  const include = await builtinHeaders();
  for (const [variant, features] of Object.entries(VARIANTS)) {
    const started = performance.now();
    const objects = {};
    for (const name of names.filter((name) => name.endsWith('.c'))) {
      const object = name.replace(/\.c$/, '.o');
      const made = await run(
        commands.clang,
        [...COMMON, ...STRICT, ...include.flags, ...features, '-c', name, '-o', object],
        { ...files, ...include.files },
      );
      objects[object] = made[object];
    }
    const shared = features.includes('-matomics');
    const linked = await run(
      commands['wasm-ld'],
      [
        ...[
          '--no-entry',
          '--import-memory',
          '--max-memory=4294967296',
          '--export=__stack_pointer',
          '-z',
          'stack-size=262144',
        ],
        ...['--gc-sections', '--strip-all', ...(shared ? ['--shared-memory'] : [])],
        ...[...Object.keys(objects), '-o', 'kernels.wasm'],
      ],
      objects,
    );
    const bytes = linked['kernels.wasm'];
    write(`${variant}.js`, `export const WASM = '${Buffer.from(bytes).toString('base64')}';\n`);
    log(
      `kernels: ${variant}, ${(bytes.length / 1024).toFixed(0)} KB, ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
  }
  write('hash.txt', hash);
  return true;
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

/** The three headers of C that the kernels use; the compiler's own folder of headers goes with -nostdinc. */
function builtinHeaders() {
  return {
    flags: ['-Iinclude'],
    files: {
      include: {
        'stdbool.h': '#pragma once\n#define bool _Bool\n#define true 1\n#define false 0\n',
        'stddef.h':
          '#pragma once\ntypedef __SIZE_TYPE__ size_t;\ntypedef __PTRDIFF_TYPE__ ptrdiff_t;\n#define NULL ((void *)0)\n',
        'stdint.h':
          '#pragma once\ntypedef __INT8_TYPE__ int8_t;\ntypedef __UINT8_TYPE__ uint8_t;\ntypedef __INT16_TYPE__ int16_t;\ntypedef __UINT16_TYPE__ uint16_t;\ntypedef __INT32_TYPE__ int32_t;\ntypedef __UINT32_TYPE__ uint32_t;\ntypedef __INT64_TYPE__ int64_t;\ntypedef __UINT64_TYPE__ uint64_t;\ntypedef __UINTPTR_TYPE__ uintptr_t;\ntypedef __INTPTR_TYPE__ intptr_t;\n',
      },
    },
  };
}

function write(name, text) {
  const to = join(OUT, name);
  writeFileSync(`${to}.new`, text);
  renameSync(`${to}.new`, to);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const log = (line) => process.stdout.write(`${line}\n`);
  if (!(await buildKernels({ log }))) log('kernels: nothing has changed');
}
