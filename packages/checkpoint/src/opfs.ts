import { GenaiError } from '@genai/core';
import { crc32 } from './crc32.js';
import { isRecord, parseJson } from './parse-json.js';
import { serially } from './serially.js';
import { checkedFiles, checkFileName, type Store } from './store.js';

/**
 * A store in the browser's origin private file system, under the folder `path`.
 *
 * A write puts each file under a new name, then a new list of what is current, and last removes what was replaced. A list
 * that is not whole does not count, so that the one before it stands. Tabs and workers of the origin take turns (Web Locks).
 *
 * @example
 * await saveRun(opfs('runs/digits'), snapshot);
 * @throws GenaiError if `path` is not made of plain names or there is no such file system here (it needs https or
 *   localhost). Reading and writing throw one if the browser refuses, for instance for want of space.
 */
export function opfs(path: string): Store {
  const where = `opfs ${path}`;
  const segments = path.split('/').filter((segment) => segment !== '');
  for (const segment of segments) checkFileName(where, segment);
  const storage = (globalThis as { navigator?: Partial<Navigator> }).navigator?.storage;
  if (!storage?.getDirectory) {
    throw new GenaiError(
      `${where}: there is no private file system here (it needs https or localhost). Use indexedDb().`,
    );
  }
  const lock = `genai.opfs:${segments.join('/')}`;
  return {
    name: where,
    read: (file, { signal } = {}) => {
      return guarded(where, signal, async () => {
        signal?.throwIfAborted();
        checkFileName(where, file);
        return locked(lock, 'shared', async () => {
          const folder = await folderAt(storage, segments, false);
          const held = folder && (await currentFiles(where, folder)).held.get(file);
          if (folder === undefined || held === undefined) return undefined;
          const bytes = await readFile(folder, held);
          if (bytes === undefined) throw new GenaiError(`${where}: the browser has lost ${file}. Save it anew.`);
          return bytes;
        });
      });
    },
    write: (group, { signal } = {}) => {
      return guarded(where, signal, async () => {
        signal?.throwIfAborted();
        const entries = checkedFiles(where, group);
        await locked(lock, 'exclusive', async () => {
          const folder = (await folderAt(storage, segments, true))!;
          const { list: before, held, generation } = await currentFiles(where, folder);
          await dropAllBut(folder, [before, ...held.values()]); // what a crash left over
          const list = `${PREFIX}${before ? numberOf(before) + 1 : 1}.list`;
          for (const [name, bytes] of entries) {
            signal?.throwIfAborted();
            held.set(name, `${PREFIX}${generation + 1}-${name}`);
            await writeFile(folder, held.get(name)!, bytes);
          }
          signal?.throwIfAborted();
          await writeFile(folder, list, encodeList(held));
          await dropAllBut(folder, [list, ...held.values()]);
        });
      });
    },
  };
}

const PREFIX = '.genai-';

interface Current {
  /** The list that counts, if there is one. */
  readonly list: string | undefined;
  /** The name under which each file is held. */
  readonly held: Map<string, string>;
  /** The highest number that is taken in this folder. */
  readonly generation: number;
}

async function currentFiles(where: string, folder: FileSystemDirectoryHandle): Promise<Current> {
  const names: string[] = [];
  for await (const name of folder.keys()) if (name.startsWith(PREFIX)) names.push(name);
  const generation = names.reduce((most, name) => Math.max(most, numberOf(name)), 0);
  const lists = names.filter((name) => name.endsWith('.list')).sort((a, b) => numberOf(b) - numberOf(a));
  for (const list of lists) {
    const held = parseList(where, (await readFile(folder, list)) ?? new Uint8Array(0));
    if (held) return { list, held, generation };
  }
  // The first list may have been broken off, even twice. A later one is written while the one before it stands.
  if (lists.length > 0 && numberOf(lists[0]!) > 1)
    throw new GenaiError(`${where}: its files are damaged. Use another path.`);
  return { list: undefined, held: new Map(), generation };
}

function numberOf(name: string): number {
  return Number.parseInt(name.slice(PREFIX.length), 10) || 0;
}

function encodeList(held: ReadonlyMap<string, string>): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify({ version: 1, files: Object.fromEntries(held) }));
  return new Uint8Array([...new TextEncoder().encode(crc32(json)), ...json]);
}

/** What a list says, or `undefined` if it is not whole. */
function parseList(where: string, bytes: Uint8Array): Map<string, string> | undefined {
  const json = bytes.subarray(8);
  if (bytes.length < 8 || String.fromCharCode(...bytes.subarray(0, 8)) !== crc32(json)) return undefined;
  const list = parseJson(json, `${where}: its list of files`);
  if (!isRecord(list) || list.version !== 1 || !isRecord(list.files)) {
    throw new GenaiError(
      `${where}: its list of files is not of version 1. Use the release that wrote it, or another path.`,
    );
  }
  return new Map(Object.entries(list.files as { [name: string]: string }));
}

async function folderAt(
  storage: StorageManager,
  segments: readonly string[],
  create: boolean,
): Promise<FileSystemDirectoryHandle | undefined> {
  let folder = await storage.getDirectory();
  for (const segment of segments) {
    try {
      folder = await folder.getDirectoryHandle(segment, { create });
    } catch (error) {
      if (!create && isNotFound(error)) return undefined;
      throw error;
    }
  }
  return folder;
}

async function readFile(folder: FileSystemDirectoryHandle, name: string): Promise<Uint8Array | undefined> {
  try {
    const file = await (await folder.getFileHandle(name)).getFile();
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function writeFile(folder: FileSystemDirectoryHandle, name: string, bytes: Uint8Array): Promise<void> {
  const handle = await folder.getFileHandle(name, { create: true });
  if (!handle.createWritable) throw new GenaiError('opfs: this browser cannot write here. Use indexedDb().');
  const sink = await handle.createWritable();
  try {
    await sink.write(bytes as Uint8Array<ArrayBuffer>);
  } catch (error) {
    await sink.abort();
    throw error;
  }
  await sink.close(); // only now does the file change
}

async function dropAllBut(folder: FileSystemDirectoryHandle, kept: readonly (string | undefined)[]): Promise<void> {
  const names: string[] = [];
  for await (const name of folder.keys()) if (name.startsWith(PREFIX) && !kept.includes(name)) names.push(name);
  for (const name of names) await folder.removeEntry(name).catch(() => {}); // the next write tries again
}

function locked<R>(name: string, mode: LockMode, task: () => Promise<R>): Promise<R> {
  const locks = (navigator as Partial<Navigator>).locks;
  return locks ? (locks.request(name, { mode }, task) as Promise<R>) : serially(name, task);
}

async function guarded<R>(where: string, signal: AbortSignal | undefined, task: () => Promise<R>): Promise<R> {
  try {
    return await task();
  } catch (cause) {
    signal?.throwIfAborted();
    if (GenaiError.is(cause)) throw cause;
    throw new GenaiError(`${where}: ${(cause as Error).name}: ${(cause as Error).message}`, { cause });
  }
}

function isNotFound(error: unknown): boolean {
  return (error as Error).name === 'NotFoundError';
}
