import { existsSync } from 'node:fs';

/** The Chromium to test in: the one that CHROMIUM names, or one in a usual place; undefined if there is none. */
export function chromium() {
  return [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (path) => path && existsSync(path),
  );
}
