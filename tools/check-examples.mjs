/** Runs every lesson of apps/examples in quick mode, as a reader would. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'apps', 'examples');
const lessons = readdirSync(join(folder, 'src')).filter((file) => /^\d\d-.*\.ts$/.test(file));
let faults = 0;
for (const file of lessons.sort()) {
  const name = file.slice(0, -3);
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['run.mjs', name, '--quick'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 300_000,
  });
  console.log(status === 0 ? `ok     ${name}` : `FAILED ${name} (${signal ?? `exit code ${status}`})`);
  if (status === 0) continue;
  faults++;
  console.error(stdout + stderr);
}
process.exit(faults || lessons.length === 0 ? 1 : 0);
