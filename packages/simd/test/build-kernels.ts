import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The tests run from source; see to it that the kernels are those of the sources. */
export function setup(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../scripts/build-kernels.mjs', import.meta.url))]);
}
