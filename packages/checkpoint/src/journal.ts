import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { GenaiError } from '@genai/core';
import type { Disk } from './disk.js';
import { isRecord, parseJson } from './parse-json.js';
import { checkFileName } from './store.js';

/**
 * A group of files that is committed and is being moved into place.
 *
 * The life of a write: each file under a temporary name, synced; a journal that lists them, synced; the journal put in
 * its place by one rename: *this is the commit*; the files renamed; the journal removed. While the journal stands, a listed
 * file is the temporary one if that is still there, else the one in place.
 */
export interface Journal {
  /** Part of the temporary names. */
  readonly id: string;
  readonly files: { readonly [name: string]: { readonly bytes: number; readonly crc32: number } };
}

/** The name of a committed journal in its directory. */
export const JOURNAL = '.genai-journal.json';

export function temporaryName(id: string, name: string): string {
  return `.genai-${id}-${name}`;
}

/** The name of a journal before it is committed. */
export function temporaryJournalName(id: string): string {
  return `.genai-${id}.journal`;
}

/** True for names that only an unfinished write can have left. */
export function isTemporaryName(name: string): boolean {
  return /^\.genai-[0-9a-z]+(-.+|\.journal)$/.test(name);
}

export function journalOf(id: string, files: readonly (readonly [string, Uint8Array])[]): Journal {
  const list = files.map(([name, bytes]) => [name, { bytes: bytes.byteLength, crc32: crc32(bytes) }]);
  return { id, files: Object.fromEntries(list) };
}

export function encodeJournal(journal: Journal): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version: 1, ...journal }));
}

/** The committed journal in a directory, if there is one. What it says is checked: it may come with a copied folder. */
export async function readJournal(disk: Disk, where: string, path: string): Promise<Journal | undefined> {
  const bytes = await disk.read(join(path, JOURNAL));
  if (bytes === undefined) return undefined;
  const file = `${where}: ${JOURNAL}`;
  const json = parseJson(bytes, file);
  const isEntry = (entry: unknown): boolean =>
    isRecord(entry) && Number.isSafeInteger(entry.bytes) && Number.isSafeInteger(entry.crc32);
  if (
    !isRecord(json) ||
    json.version !== 1 ||
    typeof json.id !== 'string' ||
    !/^[0-9a-z]{1,40}$/.test(json.id) ||
    !isRecord(json.files) ||
    !Object.values(json.files).every(isEntry)
  ) {
    throw new GenaiError(
      `${file} is not a journal of version 1. Use the release that wrote it, or restore the folder.`,
    );
  }
  for (const name of Object.keys(json.files)) checkFileName(file, name);
  return { id: json.id, files: json.files as Journal['files'] };
}

/** Moves the files of a committed journal into place and removes it. May be stopped and begun again at any move. */
export async function rollForward(disk: Disk, where: string, path: string, journal: Journal): Promise<void> {
  for (const name of Object.keys(journal.files)) await readCommitted(disk, where, path, journal, name); // all are whole
  await moveIntoPlace(disk, path, journal);
}

export async function moveIntoPlace(disk: Disk, path: string, journal: Journal): Promise<void> {
  const held = new Set(await disk.list(path));
  for (const name of Object.keys(journal.files)) {
    const temporary = temporaryName(journal.id, name);
    if (held.has(temporary)) await disk.rename(join(path, temporary), join(path, name));
  }
  await disk.syncDirectory(path); // the names first, then the journal: not both lost in one
  await disk.remove(join(path, JOURNAL));
}

/** A file of a committed group, wherever it stands by now. */
async function readCommitted(
  disk: Disk,
  where: string,
  path: string,
  journal: Journal,
  name: string,
): Promise<Uint8Array> {
  const bytes = (await disk.read(join(path, temporaryName(journal.id, name)))) ?? (await disk.read(join(path, name)));
  const expected = journal.files[name]!;
  if (bytes === undefined || bytes.byteLength !== expected.bytes || crc32(bytes) !== expected.crc32) {
    throw new GenaiError(
      `${where}: a write was broken off and cannot be completed: ${name} is ${bytes ? 'damaged' : 'gone'}. ` +
        `Restore the folder, or remove its ${JOURNAL} to keep the files as they are.`,
    );
  }
  return bytes;
}
