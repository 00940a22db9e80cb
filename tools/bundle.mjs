/**
 * `node bundle.mjs BUNDLER PROJECT` bundles PROJECT/main.js for Node with all it stands on, and prints the path of the bundle. Engines
 * that are not installed are not named to any bundler: users have no such list either. It is copied into a folder that has the
 * bundlers (see try-published.mjs), as the workspace does not.
 */
import { join } from 'node:path';

const [bundler, project] = process.argv.slice(2);
const outdir = join(project, `bundle-${bundler}`);
const input = join(project, 'main.js');
const external = /^(node:.*|fs|path|os|url|util|worker_threads|module|crypto|child_process)$/;
/** CommonJS within, and tfjs-core's platform of Node, call `require`. */
const banner = "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);";
const output = { entryFileNames: 'main.mjs', chunkFileNames: '[name]-[hash].mjs' };

const BUNDLERS = {
  async esbuild() {
    const { build } = await import('esbuild');
    await build({
      ...{ entryPoints: [input], outdir, outExtension: { '.js': '.mjs' }, logLevel: 'error' },
      ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20' },
      banner: { js: banner },
    });
  },

  async rollup() {
    const { rollup } = await import('rollup');
    const { default: resolve } = await import('@rollup/plugin-node-resolve');
    const { default: commonjs } = await import('@rollup/plugin-commonjs');
    const plugins = [resolve({ preferBuiltins: true }), commonjs()];
    const made = await rollup({ input, plugins, external, onwarn: () => {} });
    await made.write({ dir: outdir, format: 'esm', banner, ...output });
  },

  async vite() {
    const { build } = await import('vite');
    await build({
      ...{ root: project, configFile: false, logLevel: 'silent' },
      ssr: { noExternal: true },
      build: { ssr: input, outDir: outdir, target: 'es2022', rollupOptions: { external, output } },
    });
  },

  async webpack() {
    const { default: webpack } = await import('webpack');
    const names = { filename: '[name].mjs', chunkFilename: '[name]-[contenthash].mjs' };
    const options = {
      ...{ mode: 'production', target: 'node20', entry: { main: input }, experiments: { outputModule: true } },
      output: { path: outdir, ...names, module: true, chunkFormat: 'module' },
    };
    const stats = await new Promise((resolve, reject) => {
      webpack(options, (error, result) => (error ? reject(error) : resolve(result)));
    });
    if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
  },
};

await BUNDLERS[bundler]();
console.log(join(outdir, 'main.mjs'));
