/**
 * Builds the bench and runs it: `node run.mjs [workload…] [options]`; `--help` names them all.
 *
 * `node run.mjs soak [minutes] [workload…]` trains for so long and tells what the process holds; `node run.mjs stream [gigabytes]`
 * streams samples through metrics likewise; `node run.mjs ranks` times two ranks beside one, and all-reduces beside MPI's own.
 *
 * What is timed is what our packages publish, built first if a source has changed. `--source` bundles the sources
 * instead, for work on them.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
// @boundaries-ignore the scripts of the workspace
import { pnpm, root, run } from '../../scripts/pnpm.mjs';

const here = import.meta.dirname;
const dist = join(here, 'dist');
const common = { bundle: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'warning' };
const isSource = process.argv.includes('--source');
const isBuilding = !process.argv.includes('--no-build');

// What building prints goes to the error output, as the results have the other for themselves.
const output = { stdio: ['ignore', 2, 2] };
const code = !isBuilding
  ? 0
  : isSource
    ? await run(process.execPath, ['packages/simd/scripts/build-kernels.mjs'], output)
    : await pnpm(['exec', 'turbo', 'run', 'build', '--filter=@genai/bench^...', '--output-logs=errors-only'], output);
if (code !== 0) process.exit(code);
await build({
  ...common,
  entryPoints: Object.fromEntries(
    ['bench', 'child', 'soak', 'stream', 'ranks', 'ranks-race'].map((name) => [name, join(here, `src/${name}.ts`)]),
  ),
  outdir: dist,
  ...(isSource ? await fromSource() : { packages: 'external' }),
});
await import(
  pathToFileURL(
    join(dist, { soak: 'soak.js', stream: 'stream.js', ranks: 'ranks-race.js' }[process.argv[2]] ?? 'bench.js'),
  ).href
);

async function fromSource() {
  const outfile = join(dist, 'tfjs-gradients.mjs');
  await build({ ...common, entryPoints: [join(root, 'tools/tfjs-gradients.ts')], outfile, packages: 'external' });
  const { tfjsGradients } = await import(pathToFileURL(outfile).href);
  return {
    conditions: ['@genai/source'],
    external: ['@tensorflow/*', 'webgpu'],
    splitting: true,
    plugins: [tfjsGradients(), simdInNode()],
  };
}

/** The engine imports its part for Node, and koffi, by names that bundlers do not follow; here they must. */
function simdInNode() {
  const simd = join(root, 'packages/simd');
  return {
    name: 'simd-in-node',
    setup(builder) {
      builder.onLoad({ filter: /simd[\\/]src[\\/](start-machine|native[\\/]open-library)\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const follow = (name, where) => text.replace(/import\((?:\/\*.*?\*\/\s*)*name\)/, `import('${where ?? name}')`);
        const contents = path.includes('start-machine') ? follow('@genai/simd/node') : follow('koffi', koffi());
        return { contents, loader: 'ts' };
      });
      builder.onResolve({ filter: /^@genai\/simd\/node$/ }, () => ({ path: join(simd, 'src/node.ts') }));
      builder.onResolve({ filter: /koffi/ }, () => ({ path: koffi(), external: true }));
    },
  };
  function koffi() {
    try {
      return pathToFileURL(createRequire(join(simd, 'package.json')).resolve('koffi')).href;
    } catch {
      return 'koffi';
    }
  }
}
