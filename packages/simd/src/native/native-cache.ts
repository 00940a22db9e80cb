import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus, homedir } from 'node:os';
import { join } from 'node:path';
import { SOURCES } from '../generated/sources.js';

/** Where built libraries are kept: below `GENAI_CACHE`, else in the platform's folder for caches. */
export function nativeCache(): string {
  const { GENAI_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const below = (): string => {
    if (GENAI_CACHE) return GENAI_CACHE;
    if (process.platform === 'win32')
      return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'genai', 'cache');
    if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'genai');
    return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'genai');
  };
  return join(below(), 'native');
}

/** The hash of the C sources of this package. It is compiled into a library, which is refused where it differs. */
export function sourcesHash(): string {
  hashed ??= digest(JSON.stringify(SOURCES));
  return hashed;
}
let hashed: string | undefined;

/** The hash of what this processor is and can do. */
function processorHash(): string {
  return digest(JSON.stringify([process.platform, process.arch, cpus()[0]?.model, processorFeatures()]));
}

/** Libraries for these sources on this processor begin so: `<sources>-<processor>-`. The whole name: `nameOf`. */
export function namePrefix(): string {
  return `${sourcesHash()}-${processorHash()}-`;
}

/**
 * What a library is called: what it is for, how it was built (flags and compiler), and the hash of its own bytes, so that one rename
 * puts it in place and a damaged file is known before it is opened.
 */
export function nameOf(build: string, library: Uint8Array): string {
  return `${namePrefix()}${digest(build)}-${digest(library)}${EXTENSION}`;
}

/** Whether the file holds the bytes that its name says. */
export function isWhole(name: string, library: Uint8Array): boolean {
  return name.endsWith(`-${digest(library)}${EXTENSION}`);
}

export const EXTENSION: string = process.platform === 'darwin' ? '.dylib' : '.so';

function digest(of: string | Uint8Array): string {
  return createHash('sha256').update(of).digest('hex').slice(0, 16);
}

/** Linux tells them; elsewhere the model's name stands for them. */
function processorFeatures(): string {
  try {
    const text = readFileSync('/proc/cpuinfo', 'utf8');
    return /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1]?.split(/\s+/).sort().join(' ') ?? '';
  } catch {
    return '';
  }
}
