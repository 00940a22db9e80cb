import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
// @boundaries-ignore the loader of the tests
import { tfjsGradients } from '../../../../tools/tfjs-gradients.js';

/** A program beside this file, bundled for Node, for as long as `use` takes. */
export async function bundled<R>(name: string, use: (file: string) => Promise<R>): Promise<R> {
  // Inside the package, where the program finds what is not bundled.
  const folder = await mkdtemp(join(fileURLToPath(new URL('../../node_modules/', import.meta.url)), '.ranks-'));
  const file = join(folder, `${name}.mjs`);
  try {
    await build({
      entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'es2022',
      external: ['@tensorflow/tfjs-backend-cpu', 'koffi'],
      plugins: [tfjsGradients()],
      conditions: ['@genai/source'],
      mainFields: ['module', 'main'],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      logLevel: 'silent',
    });
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
