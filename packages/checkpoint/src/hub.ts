import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { GenaiError } from '@genai/core';
import { download } from './download.js';
import { type AboutFile, aboutFile, COMMIT, type HubRequest } from './hub-request.js';
import { readLarge } from './read-large.js';
import { serially } from './serially.js';
import { checkFileName, type Store } from './store.js';

export interface HubOptions {
  /** The folder where files are kept; one for all models. */
  readonly cache: string;
  /** A branch, a tag or the hash of a commit. Default `main`. */
  readonly revision?: string | undefined;
  /** Of an account that may read the model; it goes to the hub alone, not where that sends to. */
  readonly token?: string | undefined;
  /** What fetches; the global `fetch` unless given. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Another server that answers as the hub does. Default `https://huggingface.co`. */
  readonly endpoint?: string | undefined;
  /** The largest file that is fetched, in bytes; 64 GiB unless given. */
  readonly limit?: number | undefined;
}

/**
 * A model of the Hugging Face hub, to be read only. A file is fetched once, checked by its hash and kept under its commit; a download
 * that breaks off is gone on with, at once or by the next read. All files that one store reads are of one commit: that of the revision
 * when the first was read. Without a network, files of the commit that the revision last was are read from the cache.
 *
 * One process at a time may fetch into a cache, any number may read what is there.
 *
 * @example
 * const store = hub('HuggingFaceTB/SmolLM2-135M-Instruct', { cache: 'models' });
 * const { model, params } = await fromHuggingFace(await loadConfig(store), readTensors(store));
 * @throws GenaiError if a name could leave the cache. Reading throws one if there is no such model or revision, it may not be read
 * without a token, the hub cannot be reached, or what came is not what the hub says it is; writing always does.
 */
export function hub(repository: string, options: HubOptions): Store {
  const { cache, revision = 'main', endpoint = 'https://huggingface.co', limit = 2 ** 36, token } = options;
  const where = `hub ${repository}`;
  checkNames(repository, revision, options);
  const folder = resolve(cache, repository.replace('/', '--'));
  const note = join(folder, `revision-${encodeURIComponent(revision)}`);
  const get: typeof fetch = (address, init) => (options.fetch ?? globalThis.fetch)(address, init);
  const request: HubRequest = { where, repository, endpoint: endpoint.replace(/\/+$/, ''), limit, token, fetch: get };
  let commit = COMMIT.test(revision) ? revision : undefined;

  const read = async (file: string, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> => {
    signal?.throwIfAborted();
    const kept = commit && (await keptIn(join(folder, commit), file));
    if (kept) return kept.bytes;
    let about: AboutFile | undefined;
    try {
      about = await aboutFile(request, file, commit ?? revision, signal);
    } catch (error) {
      signal?.throwIfAborted();
      const last = commit || GenaiError.is(error) ? undefined : await notedIn(note);
      const held = last && (await keptIn(join(folder, last), file));
      if (!held) throw error;
      commit = last;
      return held.bytes;
    }
    if (!about) return undefined;
    const place = join(folder, about.commit);
    await mkdir(place, { recursive: true });
    if (!commit) await writeFile(note, about.commit);
    commit = about.commit;
    const already = await keptIn(place, file);
    if (already) return already.bytes;
    if (about.exists)
      await download(request, about, { file, path: join(place, file), part: join(place, partOf(file)) }, signal);
    else await writeFile(join(place, absenceOf(file)), '');
    return readLarge(join(place, file));
  };

  return {
    name: where,
    read: async (file, { signal } = {}) => {
      checkFileName(where, file);
      try {
        return await serially(`hub ${folder}`, () => read(file, signal));
      } catch (cause) {
        signal?.throwIfAborted();
        if (GenaiError.is(cause)) throw cause;
        throw new GenaiError(`${where}: ${file} could not be read: ${(cause as Error).message}.`, { cause });
      }
    },
    write: async () => {
      throw new GenaiError(`${where} can only be read. Save to a directory or another store, and upload the files.`);
    },
  };
}

// No file of the hub that is taken has a name that begins with a dot.
const partOf = (file: string): string => `.part-${file}`;
const absenceOf = (file: string): string => `.absent-${file}`;

/** What the cache knows of a file of a commit: its bytes, or that there is none; `undefined` if it has not been asked for. */
async function keptIn(place: string, file: string): Promise<{ bytes: Uint8Array | undefined } | undefined> {
  const bytes = await readLarge(join(place, file));
  return bytes || (await readLarge(join(place, absenceOf(file)))) ? { bytes } : undefined;
}

/** The commit that a revision was when it was last asked for. */
async function notedIn(note: string): Promise<string | undefined> {
  const bytes = await readLarge(note);
  const text = bytes && new TextDecoder().decode(bytes);
  return text && COMMIT.test(text) ? text : undefined;
}

function checkNames(repository: string, revision: string, { cache, endpoint }: HubOptions): void {
  const part = /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/;
  const parts = repository.split('/');
  if (parts.length > 2 || !parts.every((name) => part.test(name) && !name.includes('--'))) {
    throw new GenaiError(`hub: got the model ${JSON.stringify(repository.slice(0, 200))}, expected "owner/name".`);
  }
  if (!revision.split('/').every((name) => part.test(name))) {
    throw new GenaiError(
      `hub: got the revision ${JSON.stringify(revision.slice(0, 200))}, expected a branch, tag or commit.`,
    );
  }
  if (cache === '') throw new GenaiError('hub: the cache is empty. Give a folder, such as "models".');
  if (endpoint !== undefined && !/^https?:\/\/[^?#]+$/.test(endpoint)) {
    throw new GenaiError(`hub: got the endpoint ${JSON.stringify(endpoint)}, expected one with https:// or http://.`);
  }
}
