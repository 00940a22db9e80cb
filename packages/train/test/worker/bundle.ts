import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
// @boundaries-ignore the tools of the workspace
import { tfjsGradients } from '../../../../tools/tfjs-gradients.js';

/** Bundles a program of this folder, so that Node can run it as a worker; gives its address and how to remove it. */
export async function bundle(name: string): Promise<{ readonly program: URL; readonly remove: () => Promise<void> }> {
  const cache = fileURLToPath(new URL('../../node_modules/.cache/genai/', import.meta.url)); // tfjs-core is found from here
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'worker-'));
  await build({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    external: ['@tensorflow/tfjs-core'],
    splitting: true, // an engine that is not asked for is not read
    platform: 'node',
    format: 'esm',
    conditions: ['@genai/source'],
    mainFields: ['module', 'main'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    plugins: [tfjsGradients()],
    logLevel: 'silent',
  });
  return {
    program: pathToFileURL(join(folder, `${name}.mjs`)),
    remove: () => rm(folder, { recursive: true }),
  };
}
