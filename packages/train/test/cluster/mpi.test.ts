import { describe, expect, test } from 'vitest';
import { bundled } from './bundled.js';
import { LAUNCHERS, launch, started } from './launch.js';

if (LAUNCHERS.length === 0) test.skip('collectives of OpenMPI and MPICH, which are not installed'); // so that the count says it; .ci/run installs both

describe.each(LAUNCHERS)('%s', (launcher) => {
  test.each([1, 2, 3])('laws: a collective of %i processes', async (size) => {
    const { code, told } = await run(launcher, size, 'laws');
    expect(told).toEqual(Array.from({ length: size }, () => ({ size, broken: [] })));
    expect(code).toBe(0);
  });

  test('laws: the library leaves the traps of WebAssembly to V8', async () => {
    const { code, told } = await run(launcher, 1, 'a trap of WebAssembly');
    expect([code, told]).toEqual([0, ['memory access out of bounds']]);
  });

  test('errors: a process that throws, aborts or dies ends the others with a code other than 0', async () => {
    const unlike = await run(launcher, 2, 'unlike calls');
    expect(unlike.told).toContainEqual([]);
    const thrown = await run(launcher, 2, 'rank 1 throws');
    expect(thrown.code).not.toBe(0);
    // Whichever ends first, mpirun may end the other before it tells its own.
    expect(thrown.told.join()).toMatch(/thrown by rank 1|calls dispose|another dispose/);
    for (const task of ['rank 1 aborts', 'rank 1 dies']) expect((await run(launcher, 2, task)).code).not.toBe(0);
  });

  test('errors: processes of srun that do not hear of each other', async () => {
    const library = launcher.includes('openmpi') ? 'libmpi.so.40' : 'libmpich.so.12';
    const { code, told } = await bundled('rank-of-mpi', async (file) => {
      // What srun without --mpi leaves a process to know.
      const env = { SLURM_STEP_NUM_TASKS: '2', GENAI_MPI: library };
      const { told, ended } = started(process.execPath, [file, 'laws'], env);
      return { code: await ended, told };
    });
    expect(told).toEqual([expect.stringContaining(`srun started 2 processes, but ${library} knows of one`)]);
    expect(code).toBe(1);
  });

  test('errors: a process that hangs is given up after the timeout, and ended', async () => {
    const hung = await run(launcher, 2, 'rank 1 hangs');
    expect(hung.code).not.toBe(0);
    expect(hung.told).toEqual([expect.stringContaining('rank 0 of 2 waited 1000 ms in sum')]);
  });
});

type Outcome = { readonly code: number | null; readonly told: readonly unknown[] };

function run(launcher: string, size: number, task: string): Promise<Outcome> {
  return bundled('rank-of-mpi', async (file) => {
    const { told, ended } = launch(launcher, size, [file, task]);
    return { code: await ended, told };
  });
}
