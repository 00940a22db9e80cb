/** publint and attw on every package as it would be published. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { packAll } from './pack.mjs';

const { destination, packages } = packAll();
let faults = 0;
try {
  for (const { name, file } of packages) {
    const checks = [
      ['publint', ['run', '--strict', file]],
      ['attw', [file, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji']],
    ];
    for (const [program, args] of checks) {
      const { status, stdout, stderr } = spawnSync('pnpm', ['exec', program, ...args], { encoding: 'utf8' });
      if (status === 0) continue;
      faults++;
      console.error(`${name}: ${program} found faults\n${stdout}${stderr}`);
    }
  }
} finally {
  rmSync(destination, { recursive: true, force: true });
}
console.log(faults ? `${faults} faults` : `publint and attw pass on ${packages.length} packages`);
process.exit(faults ? 1 : 0);
