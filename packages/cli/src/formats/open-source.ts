import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { type Store, url } from '@genai/checkpoint';
import { directory, hub } from '@genai/checkpoint/node';
import { UsageError } from '../usage-error.js';
import { readFile } from './read-file.js';

/** Where a model is to come from: a folder of files, or one file. */
export type Source =
  | { readonly kind: 'folder'; readonly shown: string; readonly store: Store }
  | {
      readonly kind: 'file';
      readonly shown: string;
      readonly read: () => Promise<Uint8Array>;
      /** A file of that name beside it. */
      readonly beside: (name: string) => Promise<Uint8Array | undefined>;
    };

export interface SourceOptions {
  readonly cwd: string;
  /** Where files of the hub are kept. */
  readonly cache?: string;
  readonly signal?: AbortSignal;
}

/**
 * What the words of the command line name: a path, an address, or a model of the hub as `hf:owner/name`, with `@revision` and `:file`
 * behind it where that is another than `main` and all.
 *
 * @throws UsageError if there is nothing.
 */
export async function openSource(words: string, { cwd, cache, signal }: SourceOptions): Promise<Source> {
  if (words.startsWith('hf:')) {
    const [, repository = '', revision = 'main', file] = /^hf:([^@:]*)(?:@([^:]*))?(?::(.*))?$/.exec(words) ?? [];
    const token = process.env.HF_TOKEN;
    const folder = resolve(cwd, cache ?? join(homedir(), '.cache', 'genai', 'hub'));
    const store = hub(repository, { cache: folder, revision, ...(token && { token }) });
    return file === undefined ? { kind: 'folder', shown: words, store } : inStore(words, store, file, signal);
  }
  if (/^https?:\/\//.test(words)) {
    const address = new URL(words);
    const name = address.pathname.split('/').at(-1)!;
    const limit = 2 ** 36;
    if (!FILE.test(name)) return { kind: 'folder', shown: words, store: url(address, { limit }) };
    address.pathname = address.pathname.slice(0, -name.length);
    return inStore(words, url(address, { limit }), name, signal);
  }
  const path = resolve(cwd, words);
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new UsageError(`there is no ${words}. Give a folder, a file, an address, or hf:owner/name.`);
  if (found.isDirectory()) return { kind: 'folder', shown: words, store: directory(path) };
  return {
    kind: 'file',
    shown: words,
    read: () => readFile(path, words, signal),
    beside: async (name) => {
      const other = join(path, '..', name);
      const there = await stat(other).catch(() => undefined);
      return there?.isFile() ? readFile(other, name, signal) : undefined;
    },
  };
}

/** Names of files that are whole models. */
const FILE = /\.(gguf|bin|safetensors)$/;

function inStore(shown: string, store: Store, file: string, signal: AbortSignal | undefined): Source {
  const options = signal ? { signal } : {};
  return {
    kind: 'file',
    shown,
    read: async () => {
      const bytes = await store.read(file, options);
      if (bytes) return bytes;
      throw new UsageError(`${store.name} has no ${basename(file)}. Mend its name.`);
    },
    beside: (name) => store.read(name, options),
  };
}
