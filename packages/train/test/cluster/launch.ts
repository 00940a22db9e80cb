import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Both families of MPI, where this machine has them under the names of Debian. */
export const LAUNCHERS: readonly string[] = ['mpirun.openmpi', 'mpirun.mpich'].filter(isThere);

export interface Launched {
  /** What the ranks wrote behind the word `told`, so far, and all errors. */
  readonly told: unknown[];
  /** The code with which all ended; null by a signal. */
  readonly ended: Promise<number | null>;
  /** What they wrote on the error output, so far. */
  readonly said: () => string;
}

/** Starts a program as `size` ranks. */
export function launch(launcher: string, size: number, args: readonly string[]): Launched {
  const many = launcher.includes('openmpi') ? ['--oversubscribe'] : [];
  return started(launcher, [...many, '-np', String(size), process.execPath, ...args]);
}

/** Starts a command that starts ranks. */
export function started(command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Launched {
  const env = { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1', ...more };
  const child = spawn(command, args, { env });
  const told: unknown[] = [];
  let rest = '';
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.startsWith('told ')) told.push(JSON.parse(line.slice(5)));
  });
  return { told, ended: once(child, 'close').then(([code]) => code as number | null), said: () => said };
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
