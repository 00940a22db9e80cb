import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../usage-error.js';
import { isVoteRecord, type VoteRecord } from './vote-record.js';

/** A file of votes that grows by a line at a time. */
export interface VoteFile extends AsyncDisposable {
  /** What stood there when it was opened, and was added since. */
  readonly records: readonly VoteRecord[];
  /** Bytes of a torn last line that were cut off. */
  readonly torn: number;
  /** Adds a line; it is on the disk when this resolves. */
  readonly append: (record: VoteRecord) => Promise<void>;
}

/**
 * Opens a file of votes to go on with it, or begins one. A last line that a crash left torn is cut off.
 *
 * @throws UsageError if the file holds something else.
 */
export async function openVoteFile(path: string, shown: string): Promise<VoteFile> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a+');
  try {
    const bytes = await file.readFile();
    const { records, size } = parsed(bytes, shown);
    if (size < bytes.length) await file.truncate(size);
    return voteFile(file, records, size, bytes.length - size);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What a file of votes holds; a torn last line is passed over. @throws UsageError if it cannot be read or holds something else. */
export async function readVotes(path: string, shown: string): Promise<readonly VoteRecord[]> {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new UsageError(`cannot read ${shown}: ${cause.message}.`, { cause });
  });
  return parsed(bytes, shown).records;
}

function voteFile(file: FileHandle, before: VoteRecord[], start: number, torn: number): VoteFile {
  const records = before;
  let size = start;
  let last: Promise<void> = Promise.resolve();
  const write = async (record: VoteRecord): Promise<void> => {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    try {
      await file.appendFile(line);
      await file.sync();
    } catch (error) {
      await file.truncate(size).catch(() => {}); // no half lines in the middle; the first error is the one to tell
      throw error;
    }
    size += line.length;
    records.push(record);
  };
  return {
    records,
    torn,
    append: (record) => {
      const written = last.then(() => write(record));
      last = written.catch(() => {});
      return written;
    },
    [Symbol.asyncDispose]: async () => {
      await last;
      await file.close();
    },
  };
}

/** The records, and the bytes that they fill. */
function parsed(bytes: Buffer, shown: string): { records: VoteRecord[]; size: number } {
  const size = bytes.lastIndexOf('\n') + 1;
  const lines = bytes.subarray(0, size).toString('utf8').split('\n').slice(0, -1);
  const records = lines.map((line, i) => {
    const record = jsonOf(line);
    if (isVoteRecord(record)) return record;
    throw new UsageError(`${shown} is no file of votes: line ${i + 1} is none of judge's. Choose another file.`);
  });
  if (!isTorn(bytes.subarray(size))) {
    throw new UsageError(`${shown} is no file of votes. Choose another file.`);
  }
  return { records, size };
}

/** Whether a last line without an end began as one of ours, or was never filled. Another is somebody else's: not ours to cut. */
function isTorn(tail: Buffer): boolean {
  return '{"kind":'.startsWith(tail.subarray(0, 8).toString('latin1')) || tail.every((byte) => byte === 0);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
