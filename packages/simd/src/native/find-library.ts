import { readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { EXTENSION, isWhole, namePrefix, nativeCache } from './native-cache.js';
import { type NativeLibrary, openLibrary } from './open-library.js';

/** Where a library may come from, in the order in which they are tried. */
export type NativeOrigin = 'GENAI_NATIVE' | 'package' | 'cache';

/** A library that was tried and is not used. */
export type RefusedLibrary = { readonly origin: NativeOrigin; readonly path: string; readonly reason: string };

/** The library to use, if there is one, and those that were tried before it. */
export type FoundLibrary = {
  readonly library: NativeLibrary | undefined;
  readonly origin: NativeOrigin | undefined;
  readonly refused: readonly RefusedLibrary[];
};

/** Whether the environment turns native kernels off. */
export function isNativeOff(): boolean {
  return /^(off|0|no|false)$/i.test(process.env.GENAI_NATIVE?.trim() ?? '');
}

/** Opens the first library that fits: the one that `GENAI_NATIVE` names, that of the platform's package, a built one. */
export async function findLibrary(): Promise<FoundLibrary> {
  const refused: RefusedLibrary[] = [];
  for (const { origin, path, check } of await candidates()) {
    try {
      await check?.();
      return { library: await openLibrary(path), origin, refused };
    } catch (error) {
      refused.push({ origin, path, reason: (error as Error).message });
    }
  }
  return { library: undefined, origin: undefined, refused };
}

type Candidate = { readonly origin: NativeOrigin; readonly path: string; readonly check?: () => Promise<void> };

async function candidates(): Promise<readonly Candidate[]> {
  const named = process.env.GENAI_NATIVE?.trim();
  // Who names a library wants that one, and is told why not rather than given another.
  if (named && !/^(on|1|yes|true)$/i.test(named)) {
    const path = resolve(named);
    return [{ origin: 'GENAI_NATIVE', path, check: () => checkElf(path) }];
  }
  return [
    ...(await packaged()).map((path) => ({ origin: 'package' as const, path })),
    ...(await cached()).map((path) => ({ origin: 'cache' as const, path, check: () => checkHash(path) })),
  ];
}

/** Prebuilt libraries, the most demanding first, as the optional package of this platform lists them in `genai.libraries`. */
async function packaged(): Promise<readonly string[]> {
  try {
    const manifest = createRequire(import.meta.url).resolve(
      `@genai/simd-${process.platform}-${process.arch}/package.json`,
    );
    const { genai } = JSON.parse(await readFile(manifest, 'utf8')) as { genai?: { libraries?: readonly string[] } };
    return (genai?.libraries ?? []).map((name) => join(dirname(manifest), name));
  } catch {
    return [];
  }
}

/** Built ones for these sources on this processor, the newest first. */
async function cached(): Promise<readonly string[]> {
  const folder = nativeCache();
  const names = await readdir(folder).catch(() => []);
  const fitting = names.filter((name) => name.startsWith(namePrefix()) && name.endsWith(EXTENSION));
  const aged = await Promise.all(
    fitting.map(async (name) => {
      const path = join(folder, name);
      return { path, time: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 };
    }),
  );
  return aged.sort((a, b) => b.time - a.time).map(({ path }) => path);
}

/** A file that was cut short would end the process when it is opened. */
async function checkHash(path: string): Promise<void> {
  if (!isWhole(path, await read(path))) throw new Error('the file is damaged; run `genai native build` again');
}

async function checkElf(path: string): Promise<void> {
  const bytes = await read(path);
  if (process.platform !== 'linux') return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elf = bytes.length >= 64 && view.getUint32(0) === 0x7f454c46;
  if (!elf) throw new Error('it is not a shared library');
  const sections = Number(view.getBigUint64(40, true)); // they come last
  if (sections + view.getUint16(58, true) * view.getUint16(60, true) > bytes.length) {
    throw new Error('the file is damaged: it ends too early');
  }
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(`it cannot be read: ${(error as Error).message}`);
  }
}
