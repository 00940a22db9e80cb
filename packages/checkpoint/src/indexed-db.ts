import { GenaiError } from '@genai/core';
import { checkedFiles, checkFileName, type Store } from './store.js';

/**
 * A store in the browser's IndexedDB: `name` is the database, which only this store should use.
 *
 * One write is one transaction. Works in pages and workers, also where the page is not served over https.
 *
 * @example
 * await saveRun(indexedDb('digits'), snapshot);
 * @throws GenaiError if there is no IndexedDB here. Reading and writing throw one if the browser refuses, for instance for
 *   want of space, or if the database belongs to something else.
 */
export function indexedDb(name: string): Store {
  const where = `indexedDb "${name}"`;
  const factory = (globalThis as { indexedDB?: IDBFactory }).indexedDB;
  if (!factory) throw new GenaiError(`${where}: there is no IndexedDB here. In Node use directory() of ./node.`);
  return {
    name: where,
    read: async (file, { signal } = {}) => {
      signal?.throwIfAborted();
      checkFileName(where, file);
      return within(factory, name, 'readonly', (files): IDBRequest<Uint8Array | undefined> => files.get(file));
    },
    write: async (group, { signal } = {}) => {
      signal?.throwIfAborted();
      const entries = checkedFiles(where, group);
      await within(factory, name, 'readwrite', (files) => {
        // A copy: of a view, the browser would store the whole buffer behind it.
        for (const [file, bytes] of entries) files.put(new Uint8Array(bytes), file);
        return undefined;
      });
    },
  };
}

const FILES = 'files';

/** Runs one transaction on a connection of its own; resolves when it is complete, with the answer to the request if one is given. */
async function within<R>(
  factory: IDBFactory,
  name: string,
  mode: IDBTransactionMode,
  use: (files: IDBObjectStore) => IDBRequest<R> | undefined,
): Promise<R | undefined> {
  const where = `indexedDb "${name}"`;
  const database = await open(factory, name);
  try {
    if (!database.objectStoreNames.contains(FILES)) {
      throw new GenaiError(`${where} is a database of another kind. Give another name.`);
    }
    const transaction = database.transaction(FILES, mode, { durability: 'strict' });
    const request = use(transaction.objectStore(FILES));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was stopped'));
    });
    return request ? request.result : undefined;
  } catch (cause) {
    if (GenaiError.is(cause)) throw cause;
    throw new GenaiError(`${where}: ${(cause as Error).name}: ${(cause as Error).message}`, { cause });
  } finally {
    database.close();
  }
}

function open(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const fail = (): void =>
      reject(
        new GenaiError(`indexedDb "${name}" could not be opened: ${request.error?.message ?? 'it is in use'}.`, {
          cause: request.error,
        }),
      );
    const request = factory.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(FILES);
    request.onsuccess = () => resolve(request.result);
    request.onerror = fail;
    request.onblocked = fail;
  });
}
