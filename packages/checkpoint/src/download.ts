import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { GenaiError } from '@genai/core';
import { type AboutFile, ask, type HubRequest } from './hub-request.js';

/** The file of the hub, where it goes, and where it grows until it is whole. */
export interface Destination {
  readonly file: string;
  readonly path: string;
  readonly part: string;
}

/**
 * Fetches a file of the hub to `path`: what is in `part` is gone on with, the whole is checked, then moved into its place in one act.
 *
 * @throws GenaiError if the connection breaks again and again without anything coming (what came stays in `part`), or what came is
 * not what the hub said it is.
 */
export async function download(
  request: HubRequest,
  about: AboutFile,
  destination: Destination,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { file, path, part } = destination;
  const begunBefore = (await sizeOf(part)) > 0;
  await fetchWhole(request, about, destination, signal);
  let fault = await faultOf(part, about);
  if (fault && begunBefore) {
    await rm(part, { force: true }); // what was there may have been damaged, or of another download
    await fetchWhole(request, about, destination, signal);
    fault = await faultOf(part, about);
  }
  if (fault) {
    await rm(part, { force: true });
    throw new GenaiError(`${request.where}: ${file} ${fault}. It was thrown away; read it again.`);
  }
  await rename(part, path);
}

/** How often a connection may break at one place. */
const ATTEMPTS = 3;

async function fetchWhole(
  request: HubRequest,
  about: AboutFile,
  destination: Destination,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { file, part } = destination;
  for (let attempt = 1; ; attempt++) {
    const before = await sizeOf(part);
    if (before > 0 && before === about.size) return;
    try {
      return await fetchRest(request, about, destination, before, signal);
    } catch (cause) {
      signal?.throwIfAborted();
      if (GenaiError.is(cause)) throw cause;
      const now = await sizeOf(part);
      if (now > before) attempt = 0;
      if (attempt >= ATTEMPTS) {
        const reason = (cause as Error).message;
        throw new GenaiError(
          `${request.where}: ${file} broke off after ${now} of ${about.size ?? 'unknown'} bytes: ${reason}. Read it again to go on from there.`,
          { cause },
        );
      }
      await pause(100 * 2 ** attempt, undefined, signal && { signal });
    }
  }
}

/** Appends to the part what it lacks. */
async function fetchRest(
  request: HubRequest,
  { commit, size }: AboutFile,
  { file, part }: Destination,
  have: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const range = have > 0 ? { range: `bytes=${have}-` } : {};
  const { response } = await ask(request, 'GET', file, commit, range, signal);
  const follows = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${have}-`);
  if (response.status !== 200 && !follows) {
    await response.body?.cancel();
    if (response.status === 416 || response.status === 206) await rm(part, { force: true }); // begin again
    throw new Error(`the answer was ${response.status}`);
  }
  const out = await open(part, follows ? 'a' : 'w');
  try {
    let written = follows ? have : 0;
    const most = size ?? request.limit;
    for await (const chunk of response.body ?? []) {
      written += chunk.byteLength;
      if (written > most) break;
      await out.writeFile(chunk);
    }
    await out.sync();
    if (written > most) {
      throw new GenaiError(
        `${request.where}: ${file} is longer than the ${most} bytes that are ${size === undefined ? 'allowed' : 'announced'}.`,
      );
    }
    if (size !== undefined && written < size) throw new Error(`it ended ${size - written} bytes too early`);
  } catch (error) {
    if (GenaiError.is(error)) await rm(part, { force: true });
    throw error;
  } finally {
    await out.close();
  }
}

/** What is wrong with a file that was fetched, if anything. */
async function faultOf(path: string, { size, hash }: AboutFile): Promise<string | undefined> {
  const got = await sizeOf(path);
  if (size !== undefined && got !== size) return `has ${got} bytes, expected ${size}`;
  if (!hash) return undefined;
  const sum = createHash(hash.kind === 'git' ? 'sha1' : 'sha256');
  if (hash.kind === 'git') sum.update(`blob ${got}\0`);
  for await (const chunk of createReadStream(path)) sum.update(chunk as Uint8Array);
  const hex = sum.digest('hex');
  return hex === hash.hex ? undefined : `has the hash ${hex}, expected ${hash.hex}`;
}

/** 0 for a file that is not there. */
async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
