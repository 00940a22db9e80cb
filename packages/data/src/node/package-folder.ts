import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { GenaiError } from '@genai/core';

/**
 * The folder of an optional package of the application, found from `from` (a folder, a file or its URL), from the working
 * directory, or from here.
 *
 * @throws GenaiError that names the command to install it, if it is nowhere.
 */
export function packageFolder(where: string, name: string, version: string, from: string | URL | undefined): string {
  const own = import.meta.url;
  const places = from === undefined ? [process.cwd(), own] : [from, process.cwd(), own];
  for (const place of places) {
    const isUrl = place instanceof URL || place.startsWith('file:');
    const near = createRequire(isUrl ? place : join(resolve(place), 'any.js'));
    try {
      return dirname(near.resolve(`${name}/package.json`));
    } catch {
      // not from there
    }
  }
  throw new GenaiError(
    `${where}: the package ${name} is not installed where ${places.join(' or ')} would find it. Run: npm i ${name}@${version}`,
  );
}
