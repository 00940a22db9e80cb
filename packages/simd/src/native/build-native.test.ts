import { spawn, spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { withNative } from '../../test/with-native.js';
import { buildNative } from './build-native.js';
import { findLibrary } from './find-library.js';
import { sourcesHash } from './native-cache.js';
import { nativeStatus, removeNative } from './native-status.js';
import { findNative } from './use-native.js';

vi.setConfig({ testTimeout: 300_000 }); // compilers at work
const QUICK = ['-O0'];
const built = withNative(QUICK);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genai-native-test-'));
});
afterEach(async () => {
  vi.stubEnv('GENAI_NATIVE', 'on');
  vi.stubEnv('CC', '');
  vi.stubEnv('PATH', PATH);
  await rm(folder, { recursive: true, force: true });
});
const PATH = process.env.PATH;

describe('laws', () => {
  test('builds at the same time end in one library that works, and leave nothing else', async () => {
    const before = process.env.GENAI_CACHE;
    vi.stubEnv('GENAI_CACHE', folder);
    const made = await Promise.all([1, 2].map(() => buildNative({ flags: QUICK })));
    expect(new Set(made.map(({ path }) => path)).size).toBe(1);
    expect(await readdir(join(folder, 'native'))).toEqual([basename(made[0]!.path)]);
    expect(await nativeStatus()).toMatchObject({ library: { origin: 'cache', path: made[0]!.path }, refused: [] });
    expect(await removeNative()).toEqual([made[0]!.path]);
    expect((await nativeStatus()).library).toBeUndefined();
    expect((await findNative()).notes[0]).toContain('genai native build');
    vi.stubEnv('GENAI_CACHE', before);
  });

  test('a library elsewhere is used where GENAI_NATIVE names it', async () => {
    const path = join(folder, 'mine.so');
    await copyFile(built().path, path);
    vi.stubEnv('GENAI_NATIVE', path);
    expect((await nativeStatus()).library).toMatchObject({ origin: 'GENAI_NATIVE', path });
  });

  test('threads keep no process alive, neither idle nor never stopped nor in a worker that ended', async () => {
    const inMain = `const machine = await compute();
      console.log('done');`;
    const inWorker = `
      import { Worker, isMainThread } from 'node:worker_threads';
      if (isMainThread) {
        const machine = await compute();
        const worker = new Worker(process.env.CODE, { eval: false });
        await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
        await compute(machine);
        console.log('done');
      } else await compute();`;
    await linkModules();
    for (const [name, use] of Object.entries({ inMain, inWorker })) {
      const file = join(folder, `${name}.mjs`);
      await writeFile(file, await bundle(use));
      const { status, signal, stdout, stderr } = spawnSync(process.execPath, [file], {
        encoding: 'utf8',
        timeout: 30_000,
        env: { ...process.env, CODE: file },
      });
      expect({ name, status, signal, stdout, stderr }).toEqual({
        name,
        status: 0,
        signal: null,
        stdout: 'done\n',
        stderr: '',
      });
    }
  });

  test('a process that is told to exit while threads compute does so', async () => {
    await linkModules();
    const file = join(folder, 'endless.mjs');
    await writeFile(
      file,
      await bundle(`setTimeout(() => process.exit(3), 300); const m = await compute(); setInterval(() => compute(m));`),
    );
    const child = spawn(process.execPath, [file], { stdio: 'ignore' });
    expect(await new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))).toBe(3);
  });
});

describe('errors', () => {
  test('no compiler: what was tried and how to get one', async () => {
    vi.stubEnv('PATH', folder);
    await expect(buildNative()).rejects.toThrow('there is no C compiler here (tried cc, gcc, clang). Install one');
    expect((await nativeStatus()).compiler).toBeUndefined();
    vi.stubEnv('CC', '/nowhere/cc');
    await expect(buildNative()).rejects.toThrow('the C compiler /nowhere/cc does not run here');
  });

  test('a compiler that does not accept the sources: what it said, and nothing is left', async () => {
    const names = await readdir(dirname(built().path));
    await expect(buildNative({ flags: ['-Dtypedef=!'] })).rejects.toThrow(/does not build the kernels: .*error:.*CC/);
    const cc = join(folder, 'cc');
    await writeFile(cc, '#!/bin/sh\n[ "$1" = --version ] && echo odd 1.0 && exit 0\nexit 1\n');
    await chmod(cc, 0o755);
    await expect(buildNative({ compiler: cc })).rejects.toThrow('(odd 1.0) does not build the kernels');
    expect(await readdir(dirname(built().path))).toEqual(names);
  });

  test('a damaged library in the cache is not opened', async () => {
    // Another file of its name: this process may have the whole one mapped still, and to cut that one would end the process.
    const whole = join(folder, 'whole.so');
    await copyFile(built().path, whole);
    const bytes = await readFile(whole);
    await rm(built().path);
    await writeFile(built().path, bytes.subarray(0, bytes.length / 2));
    const { attach, notes } = await findNative();
    expect(attach).toBeUndefined();
    expect(notes).toEqual([expect.stringContaining('the file is damaged; run `genai native build` again')]);
    await rm(built().path);
    await copyFile(whole, built().path);
    expect((await nativeStatus()).library?.path).toBe(built().path);
  });

  test('a library that GENAI_NATIVE names and that does not fit is refused with the reason', async () => {
    const reasonOf = async (path: string): Promise<string | undefined> => {
      vi.stubEnv('GENAI_NATIVE', path);
      const { library, refused } = await findLibrary();
      expect(library).toBeUndefined();
      return refused[0]?.reason;
    };
    expect(await reasonOf(join(folder, 'none.so'))).toMatch(/^it cannot be read: ENOENT/);
    const text = join(folder, 'text.so');
    await writeFile(text, 'no library at all');
    expect(await reasonOf(text)).toMatch(/not a shared library|does not load/);

    const other = join(folder, 'other.so');
    const changed = (await readFile(built().path)).toString('latin1').replaceAll(sourcesHash(), '0123456789abcdef');
    await writeFile(other, changed, 'latin1');
    expect(await reasonOf(other)).toMatch(/^it was built from other sources \(0123456789abcdef\)/);
    if (process.platform === 'linux') {
      const cut = join(folder, 'cut.so');
      const bytes = await readFile(other);
      await writeFile(cut, bytes.subarray(0, bytes.length - 4096));
      expect(await reasonOf(cut)).toBe('the file is damaged: it ends too early');
      const foreign = join(folder, 'foreign.so');
      await writeFile(join(folder, 'foreign.c'), 'int answer(void) { return 42; }\n');
      spawnSync('cc', ['-shared', '-fPIC', join(folder, 'foreign.c'), '-o', foreign]);
      expect(await reasonOf(foreign)).toBe('it is not a library of @genai/simd');
    }
  });

  test('a library for another processor is refused', async ({ skip }) => {
    const features = await readFile('/proc/cpuinfo', 'utf8').catch(() => 'avx512_fp16');
    skip(process.arch !== 'x64' || features.includes('avx512_fp16'), 'no instructions are known that are lacking here');
    const path = join(folder, 'other.so');
    await buildNative({ flags: [...QUICK, '-mavx512fp16'], out: path });
    vi.stubEnv('GENAI_NATIVE', path);
    const lacking = /avx512f\b/.test(features) ? 'avx512fp16' : 'avx512f'; // the first of those that it needs
    expect((await findNative()).notes).toEqual([
      `The native kernels ${path} are not used: it needs instructions that this processor lacks (${lacking}).`,
    ]);
  });

  test('without koffi the reason is told, and WebAssembly computes', async () => {
    const file = join(folder, 'alone.mjs'); // far from every node_modules
    await writeFile(file, await bundle(`console.log(JSON.stringify((await findNative()).notes));`));
    const { stdout } = spawnSync(process.execPath, [file], {
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout)).toEqual([
      `The native kernels ${built().path} are not used: koffi is not installed (npm install koffi).`,
    ]);
  });
});

/** Lets programs in the folder find koffi. */
async function linkModules(): Promise<void> {
  await symlink(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
}

/** A program of its own on the sources of this package; `compute` starts a native machine and lets its threads work. */
async function bundle(use: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { Machine } from '../machine.js';
        import { findNative } from './use-native.js';
        async function compute(machine) {
          if (!machine) {
            machine = await Machine.start({ threads: 1 }, 1);
            const { attach, notes } = await findNative();
            if (!attach?.(machine, 4)) throw new Error(notes.join());
          }
          const place = machine.allocator.allocate(4 << 20);
          machine.launch('fill', [place], [], [1 << 20, 7]);
          if (new Int32Array(machine.buffer, place, 1 << 20).some((x) => x !== 7)) throw new Error('not filled');
          machine.allocator.free(place);
          return machine;
        }
        ${use}`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@genai/source'],
    write: false,
  });
  return outputFiles[0]!.text;
}
