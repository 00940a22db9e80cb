/** `run.mjs ranks`: two ranks on two cores beside one, and all-reduces beside MPI's own in C, alternating. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROUNDS = 3;
const KINDS = [
  { name: 'OpenMPI', mpirun: ['mpirun.openmpi', '--oversubscribe', '-np', '2'], cc: 'mpicc.openmpi' },
  { name: 'MPICH', mpirun: ['mpirun.mpich', '-np', '2'], cc: 'mpicc.mpich' },
];
const env = { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' }; // of containers
const program = [process.execPath, join(import.meta.dirname, 'ranks.js')];
const folder = mkdtempSync(join(tmpdir(), 'genai-ranks-'));

try {
  const installed = KINDS.filter(({ mpirun }) => !spawnSync(mpirun[0]!, ['--version']).error);
  const inC = new Map<string, string>();
  for (const { name, cc } of installed) {
    const binary = join(folder, name);
    const source = join(import.meta.dirname, '..', 'peers/mpi/allreduce.c');
    if (spawnSync(cc, ['-O2', source, '-o', binary]).status === 0) inC.set(name, binary);
  }
  for (let round = 0; round < ROUNDS; round++) {
    say('one rank', [...program, 'step', 'alone', '12', '60']);
    say('threads', [...program, 'reduce', 'threads', '10000000', '15']);
    for (const { name, mpirun } of installed) {
      say(name, [...mpirun, ...program, 'step', 'mpi', '24', '60']);
      const binary = inC.get(name);
      if (binary) say(name, [...mpirun, binary, '10000000', '15']);
      say(name, [...mpirun, ...program, 'reduce', 'mpi', '10000000', '15']);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function say(who: string, [command, ...args]: readonly string[]): void {
  const { stdout, stderr, status } = spawnSync(command!, args, { env, encoding: 'utf8' });
  console.log(status === 0 ? `${who}: ${stdout.trim()}` : `${who}: failed, ${stderr.trim().split('\n')[0]}`);
}
