import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourcesHash } from './native-cache.js';

/** A native build of the kernels, opened for one memory of this process. */
export type NativeLibrary = {
  readonly path: string;
  /** Its vectors: `AVX-512`, `AVX2`, `NEON`. */
  readonly vectors: string;
  readonly compiler: string;
  readonly flags: string;
  /** @returns whether its threads began on the memory that `base` shows from its first byte. */
  readonly start: (base: Uint8Array, threads: number) => boolean;
  readonly rebase: (base: Uint8Array) => void;
  readonly runOp: (code: number, operands: number) => void;
  readonly runList: (start: number, end: number) => void;
  /** @returns what the BLAS in this file calls itself, '' if it is not used. */
  readonly useBlas: (file: string, threads: number) => string;
  /** Ends its threads and lets others of this process use it. */
  readonly finish: () => void;
};

/** The little of koffi that is used. */
type Koffi = { readonly load: (path: string) => KoffiLibrary };
type KoffiLibrary = {
  readonly func: (signature: string) => (...args: never[]) => unknown;
  readonly unload: () => void;
};

/** koffi, which an application installs. @throws Error whose message is why it cannot be used. */
export async function importKoffi(): Promise<Koffi> {
  const name = 'koffi'; // a variable: bundlers must not follow it
  try {
    const module = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as { default?: Koffi } & Koffi;
    return module.default ?? module;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const gone = code === 'ERR_MODULE_NOT_FOUND' && /koffi/.test(message);
    throw new Error(gone ? 'koffi is not installed (npm install koffi)' : `koffi does not load: ${firstLine(message)}`);
  }
}

/**
 * Opens a library and checks it: that it is one of ours, built from these sources, for what this processor can do.
 *
 * @throws Error whose message is the reason why it is not used.
 */
export async function openLibrary(path: string): Promise<NativeLibrary> {
  const koffi = await importKoffi();
  const library = checked(koffi, path);
  if (library.claim() !== 0) return library.bound;
  // Its state is one for a process, and another thread of it computes there: a copy has a state of its own.
  library.unload();
  const folder = await mkdtemp(join(tmpdir(), 'genai-native-'));
  try {
    const copy = join(folder, 'kernels');
    await copyFile(path, copy);
    const own = checked(koffi, copy);
    if (own.claim() === 0) throw new Error('another thread of this process uses it');
    return { ...own.bound, path };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Checked = { readonly bound: NativeLibrary; readonly claim: () => number; readonly unload: () => void };

function checked(koffi: Koffi, path: string): Checked {
  let library: KoffiLibrary;
  try {
    library = koffi.load(path);
  } catch (error) {
    throw new Error(`it does not load: ${firstLine((error as Error).message)}`);
  }
  try {
    return bind(library, path);
  } catch (error) {
    library.unload();
    throw error;
  }
}

function bind(library: KoffiLibrary, path: string): Checked {
  const get = <F extends (...args: never[]) => unknown>(signature: string): F => {
    try {
      return library.func(signature) as F;
    } catch {
      throw new Error('it is not a library of @genai/simd');
    }
  };
  const text = (name: string): string => get<() => string>(`const char *${name}()`)();
  const hash = text('kernels_hash');
  if (hash !== sourcesHash()) {
    throw new Error(`it was built from other sources (${hash}) than those of this package (${sourcesHash()})`);
  }
  const lacking = text('kernels_lack');
  if (lacking) throw new Error(`it needs instructions that this processor lacks (${lacking})`);
  const start = get<(base: Uint8Array, threads: number) => number>('int start(void *base, int threads)');
  const finish = get<() => void>('void finish()');
  const disclaim = get<() => void>('void disclaim()');
  const useBlas = get<(file: string, threads: number) => string>('const char *use_blas(const char *file, int threads)');
  const bound: NativeLibrary = {
    path,
    vectors: text('kernels_vectors'),
    compiler: text('kernels_compiler'),
    flags: text('kernels_flags'),
    start: (base, threads) => start(base, threads) === 0,
    rebase: get('void rebase(void *base)'),
    useBlas,
    runOp: get('void run_op(int code, uint32_t operands)'),
    runList: get('void run_list(uint32_t start, uint32_t end)'),
    finish: () => {
      finish();
      useBlas('', 1);
      disclaim();
      KEPT.delete(library);
    },
  };
  KEPT.add(library);
  return {
    bound,
    claim: get('int claim()'),
    unload: () => {
      KEPT.delete(library);
      library.unload();
    },
  };
}

/** koffi closes a library that nobody holds any more. */
const KEPT = new Set<KoffiLibrary>();

function firstLine(text: string): string {
  return text.split('\n')[0]!.trim();
}
