import { constants, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';

/** The moves that a directory store makes on a file system: few, so that tests can stop it after any of them. */
export interface Disk {
  readonly makeDirectory: (path: string) => Promise<void>;
  /** Names in a directory; none if it does not exist. */
  readonly list: (path: string) => Promise<string[]>;
  readonly read: (path: string) => Promise<Uint8Array | undefined>;
  /** Writes a new file; its bytes, not yet its name, outlast a loss of power. */
  readonly writeSynced: (path: string, bytes: Uint8Array) => Promise<void>;
  /** Makes the names in a directory outlast a loss of power. */
  readonly syncDirectory: (path: string) => Promise<void>;
  /** Puts a file in the place of another in one move. */
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
}

/** The file system of the machine. */
export const nodeDisk: Disk = {
  makeDirectory: async (path) => {
    await mkdir(path, { recursive: true });
  },
  list: async (path) => (await absentAs(undefined, readdir(path))) ?? [],
  read: async (path) => {
    // A pipe that nobody writes to would wait for ever, a device never end.
    const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
    const file = await absentAs(undefined, open(path, flags));
    if (!file) return undefined;
    try {
      const about = await file.stat();
      if (!about.isFile()) throw new Error(`${path} is not a file`);
      const bytes = await file.readFile();
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } finally {
      await file.close();
    }
  },
  writeSynced: async (path, bytes) => {
    const file = await open(path, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  syncDirectory: async (path) => {
    if (process.platform === 'win32') return; // directories cannot be synced there
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
  rename,
  remove: async (path) => {
    await absentAs(undefined, unlink(path));
  },
};

async function absentAs<A, R>(absent: A, result: Promise<R>): Promise<A | R> {
  try {
    return await result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return absent;
    throw error;
  }
}
