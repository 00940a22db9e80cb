import { GenaiError } from '@genai/core';

/** The little of koffi that is used. */
export type Koffi = {
  readonly load: (path: string, options: { readonly global: boolean }) => KoffiLibrary;
  readonly address: (pointer: unknown) => bigint;
};
export type KoffiLibrary = {
  readonly func: (signature: string) => (...args: never[]) => unknown;
  readonly symbol: (name: string, type: string) => unknown;
};

/** koffi, which an application installs. @throws GenaiError if it is not there or does not load. */
export async function importKoffi(): Promise<Koffi> {
  const name = 'koffi'; // a variable: bundlers must not follow it
  try {
    const module = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as { default?: Koffi } & Koffi;
    return module.default ?? module;
  } catch (error) {
    throw new GenaiError(
      `mpi: koffi, which calls the library of MPI, does not load (${(error as Error).message.split('\n')[0]}). ` +
        'Install it: npm install koffi.',
      { cause: error },
    );
  }
}
