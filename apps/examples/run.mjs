/** Runs a lesson: `node run.mjs 01-train-a-vae [--quick]`. Without a name it lists them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = join(import.meta.dirname, 'src');
const lessons = readdirSync(folder)
  .filter((file) => /^\d\d-.*\.ts$/.test(file))
  .map((file) => file.slice(0, -3))
  .sort();
const name = process.argv[2];
if (!lessons.includes(name)) {
  console.log(`usage: node run.mjs LESSON [--quick]\n\n${lessons.join('\n')}`);
  process.exit(name ? 2 : 0);
}
const outfile = join(import.meta.dirname, 'dist', `${name}.js`);
await build({
  entryPoints: [join(folder, `${name}.ts`)],
  outfile,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
});
await import(pathToFileURL(outfile).href);
