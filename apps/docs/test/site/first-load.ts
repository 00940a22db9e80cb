import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SITE, type Visit } from './visits.js';

/** What a page asks for before it comes to rest. */
export interface FirstLoad {
  /** Of all files together, compressed. */
  readonly bytes: number;
  /** The largest first. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

/** The first load of a page that `open` opens, until it asks for nothing more; an engine that is loaded later does not count. */
export async function firstLoad(visit: Visit, open: () => Promise<unknown>): Promise<FirstLoad> {
  const sizes = new Map<string, number>();
  const count = (request: { url(): string }): void => {
    if (!request.url().startsWith(`${visit.url}/`)) return;
    const { pathname } = new URL(`http://site${request.url().slice(visit.url.length)}`);
    const path = decodeURIComponent(pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    // From the file: the browser does not give out all bodies, those of preloaded modules for instance.
    if (sizes.has(path) || !existsSync(join(SITE, path))) return; // that it is not there is a fault of its own
    sizes.set(path, gzipSync(readFileSync(join(SITE, path))).length);
  };
  visit.page.on('request', count);
  await open();
  await visit.page.waitForLoadState('networkidle');
  visit.page.off('request', count);
  const files = [...sizes].map(([path, bytes]) => ({ path, bytes })).sort((a, b) => b.bytes - a.bytes);
  return { bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), files };
}
