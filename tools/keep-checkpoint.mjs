/**
 * `node tools/keep-checkpoint.mjs [VERSION]` keeps what a release writes, for the releases after it to open: runs of a tiny VAE and a tiny
 * GPT, parameters in halves, shards and GGUF, and what they hold, in packages/checkpoint/golden/releases/VERSION (by default the version
 * of the packages). They are made by what is built, at the commit that is released; what is kept is never made again.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../scripts/pnpm.mjs';

const checkpoint = join(root, 'packages/checkpoint');
const { version: current } = JSON.parse(readFileSync(join(checkpoint, 'package.json'), 'utf8'));
const version = process.argv[2] ?? current;
const target = join(checkpoint, 'golden/releases', version);
if (version !== current) {
  console.error(`keep-checkpoint: the packages are of version ${current}, got ${version}. Check out the release.`);
  process.exit(2);
}
if (existsSync(target)) {
  console.error(
    `keep-checkpoint: ${version} is kept already, and what a release wrote does not change. If it was never released, remove its folder first.`,
  );
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'genai-keep-'));
try {
  const program = join(folder, 'keep-release.mjs');
  await build({
    entryPoints: [join(checkpoint, 'test/keep-release.ts')],
    outfile: program,
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', mainFields: ['module', 'main'] },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    external: ['@tensorflow/tfjs-backend-w*', '@tensorflow/tfjs-node', '@genai/simd'],
    logLevel: 'error',
    plugins: [{ name: 'built', setup: ({ onResolve }) => onResolve({ filter: /\/src\/(index|node)\.js$/ }, asBuilt) }],
  });
  const made = join(folder, 'made');
  mkdirSync(made);
  const { status } = spawnSync(process.execPath, [program, made, version], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`the program of the release exited ${status}`);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(made, target, { recursive: true });
  console.log(
    `kept what ${version} writes in packages/checkpoint/golden/releases/${version}: commit it with the release`,
  );
} catch (error) {
  console.error(`FAILED ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What its users have, instead of the source beside us. */
function asBuilt({ path, resolveDir }) {
  const source = join(resolveDir, path);
  const built = join(dirname(dirname(source)), 'dist', basename(source));
  if (!existsSync(built)) return { errors: [{ text: `${built} is not built. Run \`npm test -- build\` first.` }] };
  return { path: built };
}
