import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { GenaiError } from '@genai/core';
import { SOURCES } from '../generated/sources.js';
import { nameOf, nativeCache, sourcesHash } from './native-cache.js';

/** How the kernels are built for this machine. */
export type BuildNativeOptions = {
  /** The C compiler, with arguments of its own if it needs any; else `CC`, else the first of cc, gcc and clang. */
  readonly compiler?: string | undefined;
  /** Flags after ours, such as `-march=x86-64-v3` for other machines of a kind. */
  readonly flags?: readonly string[] | undefined;
  /** Where to write the library instead of the cache, to pack it or to name it in `GENAI_NATIVE`. */
  readonly out?: string | undefined;
};

/** A library that was built. */
export type NativeBuild = {
  readonly path: string;
  /** What the compiler calls itself. */
  readonly compiler: string;
  readonly flags: readonly string[];
  readonly seconds: number;
};

/**
 * Compiles the kernels for this machine with its own C compiler and keeps the library in the cache, where the engine
 * finds it from then on. Nothing is downloaded, and nothing calls this by itself.
 *
 * @throws GenaiError where there is no compiler, or it does not accept the sources.
 *
 * @example
 * const { path, seconds } = await buildNative();
 */
export async function buildNative(options: BuildNativeOptions = {}): Promise<NativeBuild> {
  const started = performance.now();
  if (process.platform === 'win32') {
    throw new GenaiError(
      'buildNative: native kernels can be built on Linux and macOS; on Windows the engine computes in WebAssembly.',
    );
  }
  const { command, version } = await findCompiler(options.compiler);
  const flags = [...FLAGS, ...(options.flags ?? [])];
  const folder = options.out === undefined ? nativeCache() : join(options.out, '..');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const work = await mkdtemp(join(tmpdir(), 'genai-native-'));
  // In the folder of the target, so that the rename is one step.
  const fresh = join(folder, `.${basename(work)}`);
  try {
    const names = Object.keys(SOURCES);
    await Promise.all(names.map((name) => writeFile(join(work, name), SOURCES[name]!)));
    const defines = [`-DSOURCES_HASH="${sourcesHash()}"`, `-DBUILD_FLAGS="${flags.join(' ').replaceAll('"', '')}"`];
    const sources = names.filter((name) => name.endsWith('.c'));
    const compile = async (args: readonly string[]): Promise<void> => {
      const { failed, said } = await execute(command[0]!, [...command.slice(1), ...args], work);
      if (failed === undefined) return;
      throw new GenaiError(
        `buildNative: ${command.join(' ')} (${version}) does not build the kernels: ${firstError(said) || failed} ` +
          'Name another compiler with CC, or go on without: WebAssembly computes the same.',
      );
    };
    await eachAtOnce(sources, (name) => compile([...defines, ...flags, '-c', name, '-o', objectOf(name)]));
    await compile([...flags, ...sources.map(objectOf), ...LINK, '-o', 'kernels']);
    const library = await readFile(join(work, 'kernels'));
    await writeFile(fresh, library, { mode: 0o755 });
    const path = options.out ?? join(folder, nameOf(JSON.stringify([flags, version]), library));
    await rename(fresh, path);
    return { path, compiler: version, flags, seconds: Math.round(performance.now() - started) / 1000 };
  } finally {
    await rm(work, { recursive: true, force: true });
    await rm(fresh, { force: true });
  }
}

/** The compiler that a build would use. @throws GenaiError if there is none. */
export async function findCompiler(
  wanted: string | undefined = process.env.CC,
): Promise<{ readonly command: readonly string[]; readonly version: string }> {
  const candidates = wanted?.trim() ? [wanted.trim()] : ['cc', 'gcc', 'clang'];
  for (const candidate of candidates) {
    const command = candidate.split(/\s+/);
    const { failed, said } = await execute(command[0]!, [...command.slice(1), '--version'], tmpdir());
    if (failed === undefined) return { command, version: said.split('\n')[0]!.trim() };
  }
  throw new GenaiError(
    wanted?.trim()
      ? `buildNative: the C compiler ${wanted.trim()} does not run here. Name one that does with CC.`
      : 'buildNative: there is no C compiler here (tried cc, gcc, clang). Install one (Debian: apt install gcc libc6-dev; ' +
          'macOS: xcode-select --install), or name it with CC.',
  );
}

const FLAGS: readonly string[] = [
  ...['-std=gnu11', '-O3', process.platform === 'darwin' || process.arch !== 'x64' ? '-mcpu=native' : '-march=native'],
  ...['-ffp-contract=fast', '-fno-math-errno', '-fno-trapping-math', '-fvisibility=hidden', '-fPIC', '-pthread'],
];
/** Calls inside stay inside: `stop` or `start` of another library must not step in. */
const LINK: readonly string[] =
  process.platform === 'darwin' ? ['-dynamiclib'] : ['-shared', '-Wl,-Bsymbolic', '-Wl,-z,now', '-ldl'];

const objectOf = (name: string): string => name.replace(/\.c$/, '.o');

/** As many at once as there are processors. */
async function eachAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const one = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, one));
}

type Executed = { readonly failed: string | undefined; readonly said: string };

function execute(program: string, args: readonly string[], cwd: string): Promise<Executed> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, maxBuffer: 2 ** 24, env: { ...process.env, LC_ALL: 'C' } }, (error, out, err) => {
      resolve({ failed: error ? error.message.split('\n')[0]! : undefined, said: `${out}${err}` });
    });
  });
}

function firstError(said: string): string {
  const line = said.split('\n').find((text) => /error:/i.test(text));
  return line ? `${line.trim().replace(/[.]?$/, '.')}` : '';
}
