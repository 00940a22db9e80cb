import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'vite';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { tfjsGradients } from './tfjs-gradients.js';

const conditions = ['@genai/source', 'node', 'import', 'default'];

/**
 * How every package is tested in Node: from source, on the cpu engine, with no tensor left over. The files of a package share their
 * modules, as programs of users do, and the time to load and compile them; where tests mock modules or set the process up, say `isolate`.
 */
export const unit = (name: string, test: NonNullable<ViteUserConfig['test']> = {}): ViteUserConfig =>
  defineConfig({
    plugins: [gradientsForNode()],
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      // What needs a browser or a GPU driver has a config of its own.
      exclude: ['**/node_modules/**', '**/*.browser.test.ts', '**/*.isolated.test.ts', '**/*.dawn.test.ts'],
      isolate: false,
      testTimeout: 60_000,
      expect: { poll: { timeout: 30_000 } }, // a second is short on a machine at work
      ...test,
    },
  });

/** Node cannot import tfjs-core's gradient list; bundle it once a process, as the build does. */
export function gradientsForNode(): Plugin {
  let made: Promise<string> | undefined;
  return {
    name: 'genai:gradients-for-node',
    enforce: 'pre',
    resolveId(id) {
      if (!/^@tensorflow\/tfjs-core\/dist\/register_all_gradients/.test(id)) return undefined;
      made ??= bundleGradients();
      return made;
    },
  };
}

async function bundleGradients(): Promise<string> {
  const core = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core/package.json'));
  const folder = join(core, '..', '..', '.cache', 'genai');
  const { outputFiles } = await build({
    entryPoints: ['@tensorflow/tfjs-core/dist/register_all_gradients'],
    absWorkingDir: core,
    bundle: true,
    format: 'esm',
    write: false,
    plugins: [tfjsGradients()],
  });
  // Several projects bundle at once: each writes a file of its own and names it after what it holds, whole or not at all.
  const { text, hash } = outputFiles[0]!;
  const file = join(folder, `gradients-${hash.replaceAll(/[^\w]/g, '')}.mjs`);
  if (existsSync(file)) return file;
  await mkdir(folder, { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, text);
  await rename(draft, file);
  return file;
}
