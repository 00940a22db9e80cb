import { checkedFiles, checkFileName, type Files, type Store } from './store.js';

/**
 * A store in memory: for tests, and for handing a checkpoint on as bytes.
 *
 * @example
 * const store = memory();
 * await save(store, params);
 * const bytes = await store.read('model.safetensors');
 * @throws GenaiError if a name among `files` is not a plain file name.
 */
export function memory(files: Files = {}): Store {
  const held = new Map(copies('memory', files));
  return {
    name: 'memory',
    read: async (name, { signal } = {}) => {
      signal?.throwIfAborted();
      checkFileName('memory', name);
      return held.get(name)?.slice();
    },
    write: async (group, { signal } = {}) => {
      signal?.throwIfAborted();
      for (const [name, bytes] of copies('memory', group)) held.set(name, bytes);
    },
  };
}

function copies(where: string, files: Files): [string, Uint8Array][] {
  // Not `bytes.slice()`: that of a Node Buffer is no copy.
  return checkedFiles(where, files).map(([name, bytes]) => [name, new Uint8Array(bytes)]);
}
