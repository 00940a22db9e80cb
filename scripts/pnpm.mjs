import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');

const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Runs the pinned pnpm, fetched by npx, so that a machine needs nothing but Node and npm. Resolves to the exit code. */
export function pnpm(args, options = {}) {
  return run('npx', ['--yes', packageManager, ...args], options);
}

/** Runs a program at the root of the repository with the terminal of this one. Resolves to the exit code. */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...options.env };
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', ...options, env });
    child.once('error', reject);
    // Ctrl-C reaches the child by itself (one process group); we only wait for it to save and leave.
    const wait = () => {};
    const stop = () => child.kill('SIGTERM');
    process.on('SIGINT', wait).on('SIGTERM', stop);
    child.once('exit', (code, signal) => {
      process.off('SIGINT', wait).off('SIGTERM', stop);
      resolve(signal ? 128 : (code ?? 1));
    });
  });
}

/** Installs what the lockfile names, unless that very lockfile is installed already. */
export async function ensureInstalled() {
  const read = (path) => {
    try {
      return readFileSync(join(root, path), 'utf8');
    } catch {
      return undefined;
    }
  };
  if (read('pnpm-lock.yaml') === read('node_modules/.pnpm/lock.yaml')) return;
  console.log('Installing the dependencies that pnpm-lock.yaml names …');
  const code = await pnpm(['install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn']);
  if (code !== 0) process.exit(code);
}
