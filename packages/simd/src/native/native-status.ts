import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findCompiler } from './build-native.js';
import { findLibrary, isNativeOff, type NativeOrigin, type RefusedLibrary } from './find-library.js';
import { EXTENSION, nativeCache } from './native-cache.js';
import { importKoffi } from './open-library.js';

/** What native computing would use here, in plain data. */
export type NativeStatus = {
  /** `GENAI_NATIVE` turns it off. */
  readonly off: boolean;
  /** Why koffi cannot be used, if it cannot. */
  readonly koffi: { readonly works: boolean; readonly reason?: string };
  /** The library that the engine would take. */
  readonly library?: {
    readonly origin: NativeOrigin;
    readonly path: string;
    readonly vectors: string;
    readonly compiler: string;
    readonly flags: string;
  };
  /** Libraries that do not fit, and why. */
  readonly refused: readonly RefusedLibrary[];
  /** The compiler that `buildNative` would take, if there is one. */
  readonly compiler?: string;
  /** Where built libraries are kept. */
  readonly cache: string;
};

/** Tells what native computing would use here. Nothing is built and nothing computes. */
export async function nativeStatus(): Promise<NativeStatus> {
  const off = isNativeOff();
  const reason = await importKoffi().then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
  const { library, origin, refused } = off
    ? { library: undefined, origin: undefined, refused: [] }
    : await findLibrary();
  library?.finish();
  const compiler = await findCompiler().then(
    ({ version }) => version,
    () => undefined,
  );
  return {
    off,
    koffi: reason === undefined ? { works: true } : { works: false, reason },
    ...(library &&
      origin && {
        library: {
          origin,
          path: library.path,
          vectors: library.vectors,
          compiler: library.compiler,
          flags: library.flags,
        },
      }),
    refused,
    ...(compiler !== undefined && { compiler }),
    cache: nativeCache(),
  };
}

/** Removes every library that `buildNative` left in the cache. @returns their paths. */
export async function removeNative(): Promise<readonly string[]> {
  const folder = nativeCache();
  const names = await readdir(folder).catch(() => []);
  const paths = names.filter((name) => name.endsWith(EXTENSION)).map((name) => join(folder, name));
  await Promise.all(paths.map((path) => rm(path, { force: true })));
  return paths;
}
