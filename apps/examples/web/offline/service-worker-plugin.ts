import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Plugin } from 'vite';

/** Writes `sw.js` into the build, with the list of all its files and a version that changes when one of them does. */
export function serviceWorker(): Plugin {
  let out = '';
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved: ({ root, build }) => {
      out = resolve(root, build.outDir);
    },
    closeBundle: async () => {
      const program = await readFile(join(import.meta.dirname, 'sw.js'), 'utf8');
      const entries = await readdir(out, { recursive: true, withFileTypes: true });
      const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
      const hash = createHash('sha256').update(program);
      for (const path of paths.sort()) hash.update(path.slice(out.length)).update(await readFile(path));
      const files = paths.map((path) => relative(out, path).replaceAll('\\', '/'));
      const list = files.filter((file) => file !== 'sw.js').map((file) => `'${file}'`);
      await writeFile(
        join(out, 'sw.js'),
        program.replace('%VERSION%', hash.digest('hex').slice(0, 12)).replace("'%FILES%'", list.join(', ')),
      );
    },
  };
}
