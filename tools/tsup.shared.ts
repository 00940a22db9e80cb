import { defineConfig, type Options } from 'tsup';
import { tfjsGradients } from './tfjs-gradients.js';

/** How every package is built. `entry` names files of `src` without their ending. */
export const build = (entry: readonly string[] = ['index'], options: Options = {}): ReturnType<typeof defineConfig> =>
  defineConfig({
    entry: Object.fromEntries(entry.map((name) => [name, `src/${name}.ts`])),
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    splitting: true,
    sourcemap: true,
    clean: true,
    dts: true,
    treeshake: false,
    removeNodeProtocol: false,
    external: [/^node:/],
    esbuildPlugins: [tfjsGradients()],
    ...options,
  });
