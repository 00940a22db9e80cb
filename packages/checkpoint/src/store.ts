import { GenaiError } from '@genai/core';

/**
 * Named files written together: where checkpoints are kept.
 *
 * One `write` is a group: after a crash at any instant, a reader sees all of its files or none of them.
 * Names are flat (`model.safetensors`): letters, digits, `.`, `_` and `-`, beginning with a letter or a digit.
 * Implement it for a place of your own; `storeLaws` of `@genai/testing` says what it must keep.
 */
export interface Store {
  /** What and where this is, for messages: `directory runs/digits`. */
  readonly name: string;
  /** The bytes of a file, the caller's own copy, or `undefined` if there is none of that name. */
  readonly read: (name: string, options?: StoreOptions) => Promise<Uint8Array | undefined>;
  /** Writes the files as one group, beside those already there. The bytes must stay as they are until it is done. */
  readonly write: (files: Files, options?: StoreOptions) => Promise<void>;
}

/** Files by name. */
export type Files = { readonly [name: string]: Uint8Array };

export interface StoreOptions {
  /** Stops the work; nothing of a write that was stopped is seen. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The files of a write in order, their names checked.
 *
 * @throws GenaiError for a name that could leave the store, clash on some file system, or that stands twice but for case.
 */
export function checkedFiles(where: string, files: Files): [name: string, bytes: Uint8Array][] {
  const entries = Object.entries(files);
  const seen = new Set<string>();
  for (const [name, bytes] of entries) {
    checkFileName(where, name);
    if (!(bytes instanceof Uint8Array)) throw new GenaiError(`${where}: "${name}" must be given as a Uint8Array.`);
    const folded = name.toLowerCase();
    if (seen.has(folded)) {
      throw new GenaiError(`${where}: "${name}" stands twice but for upper and lower case. Use other names.`);
    }
    seen.add(folded);
  }
  return entries;
}

/** @throws GenaiError unless `name` is a plain file name that every file system takes. */
export function checkFileName(where: string, name: string): void {
  const plain = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name) && !name.endsWith('.');
  const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name); // Windows opens these as devices
  if (!plain || device) {
    throw new GenaiError(
      `${where}: ${JSON.stringify(String(name).slice(0, 120))} is not a file name it takes. Use letters, digits, ".", "_" and "-", ` +
        'at most 100, beginning with a letter or a digit and not ending with a dot.',
    );
  }
}
