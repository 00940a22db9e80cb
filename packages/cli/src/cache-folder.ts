import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what can be made again is kept between runs: `GENAI_CACHE`, else the platform's folder for caches. */
export function cacheFolder(): string {
  const { GENAI_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (GENAI_CACHE) return GENAI_CACHE;
  if (process.platform === 'win32') return join(LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'genai', 'cache');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'genai');
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'genai');
}
