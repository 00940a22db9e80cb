/** publint and attw on every package as it would be published. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/pnpm.mjs';
import { packAll } from './pack.mjs';

const { destination, packages } = await packAll();
let faults = 0;
try {
  for (const { name, file, json } of packages) {
    // Weights are files that a program reads, no modules.
    const weights = Object.keys(json.exports).filter((path) => path.endsWith('.safetensors'));
    const excluded = weights.length > 0 ? ['--exclude-entrypoints', ...weights] : [];
    const checks = [
      ['publint', ['run', '--strict', file]],
      ['attw', [file, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji', ...excluded]],
    ];
    for (const [program, args] of checks) {
      const { status, stdout, stderr, error } = spawnSync(join(root, 'node_modules/.bin', program), args, {
        encoding: 'utf8',
        shell: process.platform === 'win32',
      });
      if (status === 0) continue;
      faults++;
      console.error(`${name}: ${program} found faults\n${error ?? ''}${stdout}${stderr}`);
    }
  }
} finally {
  rmSync(destination, { recursive: true, force: true });
}
console.log(faults ? `${faults} faults` : `publint and attw pass on ${packages.length} packages`);
process.exit(faults ? 1 : 0);
