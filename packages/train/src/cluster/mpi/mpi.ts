import { GenaiError } from '@genai/core';
import { disposedBy } from '../../disposed-by.js';
import { CALLS, type Call } from '../calls.js';
import type { Collective, CollectiveOptions, Reduction } from '../collective.js';
import { CollectiveError } from '../collective-error.js';
import { expectRoot } from '../expect-root.js';
import { type MpiFunctions, type MpiLibrary, openMpi } from './mpi-library.js';
import { within } from './within.js';

/**
 * The processes that `mpirun` or `srun` started, through the system's OpenMPI or MPICH and the optional package `koffi`.
 *
 * Once a process: MPI cannot be started again. The order of summation is the library's, the same in every repetition. A rank that is
 * blocked in the start or the end of the library for longer than `timeout`, and a minute, is ended by SIGKILL and says so on the error
 * output.
 *
 * @example
 * await using ranks = await mpi({ timeout: 120_000 }); // mpirun -np 4 node train.js
 * @throws GenaiError if koffi or the library is missing, if another MPI or a bare `srun` started the processes, or MPI runs
 * already.
 */
export async function mpi({ timeout = 60_000 }: CollectiveOptions = {}): Promise<Collective> {
  if (!(timeout > 0)) throw new GenaiError(`mpi: timeout must be above 0 ms, got ${timeout}.`);
  const library = await openMpi();
  const { call, world, errorsReturn } = library;
  const number = new Int32Array(1);
  call.initialized(number);
  if (number[0]) throw new GenaiError('mpi: MPI was started before in this process. Hand that collective on.');
  const code = await watched('MPI_Init_thread', timeout, () => call.initThread(null, null, THREAD_SERIALIZED, number));
  if (code !== 0) throw new GenaiError(`mpi: MPI_Init_thread of ${library.path} failed with code ${code}.`);
  call.setErrorHandler(world, errorsReturn);
  call.rank(world, number);
  const rank = number[0]!;
  call.size(world, number);
  const size = number[0]!;
  expectAll(size, library.path);
  return new Mpi(library, rank, size, timeout);
}

/**
 * Every call begins with a header, by which the ranks wait for each other and see that they call the same. Nothing
 * blocks in the library but its start and its end, which are watched: requests are polled, so that each wait has an end.
 */
class Mpi implements Collective {
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  readonly rank: number;
  readonly size: number;
  readonly #library: MpiLibrary;
  readonly #call: MpiFunctions;
  readonly #timeout: number;
  // Arrays that the library writes later must stay where they are: V8 moves small ones unless their buffer is explicit.
  readonly #request = new BigInt64Array(new ArrayBuffer(8));
  readonly #flag = new Int32Array(new ArrayBuffer(4));
  readonly #header = new Int32Array(new ArrayBuffer(16));
  /** What the library reads or writes until the request is done, after a timeout for ever: it must not be collected. */
  readonly #lent: ArrayBufferView[] = [];
  #broken = false;

  constructor(library: MpiLibrary, rank: number, size: number, timeout: number) {
    this.rank = rank;
    this.size = size;
    this.#library = library;
    this.#call = library.call;
    this.#timeout = timeout;
    disposedBy(this, () => this.#dispose());
  }

  readonly allReduce = (values: Float32Array, reduction: Reduction = 'sum'): void => {
    this.#begin(reduction, values.length);
    const { world, float, inPlace } = this.#library;
    const op = this.#library[reduction === 'mean' ? 'sum' : reduction];
    for (let at = 0; at < values.length; at += BUCKET) {
      const part = values.subarray(at, at + BUCKET);
      this.#lent.push(part);
      this.#wait(reduction, this.#call.allReduce(inPlace, part, part.length, float, op, world, this.#request));
    }
    if (reduction === 'mean') for (let i = 0; i < values.length; i++) values[i]! /= this.size;
  };

  readonly broadcast = (values: Float32Array, root = 0): void => {
    expectRoot('broadcast', root, this.size);
    this.#begin('broadcast', values.length);
    const { world, float } = this.#library;
    for (let at = 0; at < values.length; at += BUCKET) {
      const part = values.subarray(at, at + BUCKET);
      this.#lent.push(part);
      this.#wait('broadcast', this.#call.broadcast(part, part.length, float, root, world, this.#request));
    }
  };

  readonly gather = (values: Float32Array, root = 0): readonly Float32Array[] | undefined => {
    expectRoot('gather', root, this.size);
    this.#begin('gather', 0);
    const { world, float, int } = this.#library;
    const lengths = new Int32Array(new ArrayBuffer(4 * this.size));
    const length = Int32Array.of(values.length).subarray();
    this.#lent.push(length, lengths);
    this.#wait('gather', this.#call.allGather(length, 1, int, lengths, 1, int, world, this.#request));
    const starts = new Int32Array(new ArrayBuffer(4 * (this.size + 1)));
    for (const [rank, count] of lengths.entries()) starts[rank + 1] = starts[rank]! + count;
    const all = new Float32Array(this.rank === root ? Math.max(1, starts[this.size]!) : 1).subarray();
    const from = values.subarray();
    this.#lent.push(from, all, lengths, starts);
    this.#wait(
      'gather',
      this.#call.gather(from, from.length, float, all, lengths, starts, float, root, world, this.#request),
    );
    if (this.rank !== root) return undefined;
    return Array.from(lengths, (_, rank) => all.slice(starts[rank], starts[rank + 1]));
  };

  readonly barrier = (): void => this.#begin('barrier', 0);

  readonly abort = (): void => {
    this.#broken = true;
    this.#call.abort(this.#library.world, 1);
  };

  async #dispose(): Promise<void> {
    if (this.#broken) return;
    try {
      this.#begin('dispose', 0);
    } catch {
      // Whoever is not here hears of it. MPI_Finalize would wait for them; without it mpirun ends those that are left.
      return;
    }
    this.#broken = true;
    await watched('MPI_Finalize', this.#timeout, () => this.#call.finalize());
  }

  /** Meets the others and makes sure that all call the same. */
  #begin(call: Call, length: number): void {
    if (this.#broken) throw new CollectiveError('mpi: this collective has ended. Start the processes again.');
    const { world, int, max, inPlace } = this.#library;
    const code = CALLS.indexOf(call);
    // The largest x and the largest −x tell whether all are equal.
    this.#header.set([code, -code, length, -length]);
    this.#wait(call, this.#call.allReduce(inPlace, this.#header, 4, int, max, world, this.#request), SPIN_MS);
    const [most = 0, least = 0, longest = 0, shortest = 0] = this.#header;
    if (most === -least && longest === -shortest) return;
    this.#broken = true;
    const other = most === code ? -least : most;
    const otherLength = longest === length ? -shortest : longest;
    throw new CollectiveError(
      `mpi: rank ${this.rank} calls ${call} with ${length} numbers, another ${CALLS[other]} with ${otherLength}. All ` +
        'ranks must make the same calls in the same order; one that calls dispose has ended early: look for its error.',
    );
  }

  /** Polls the request that was made; after `restAfter` ms with rests, which would hold up the transfer of numbers. */
  #wait(call: Call, code: number, restAfter = Number.POSITIVE_INFINITY): void {
    this.#expectSuccess(call, code);
    const start = performance.now();
    for (let tries = 1; ; tries++) {
      this.#expectSuccess(call, this.#call.test(this.#request, this.#flag, this.#library.ignoreStatus));
      if (this.#flag[0]) {
        this.#lent.length = 0;
        return;
      }
      if (tries % 64) continue;
      const waited = performance.now() - start;
      if (waited > this.#timeout) {
        this.#broken = true;
        throw new CollectiveError(
          `mpi: rank ${this.rank} of ${this.size} waited ${this.#timeout} ms in ${call} for another that did not come. ` +
            LOST,
        );
      }
      if (waited > restAfter) Atomics.wait(NOTHING, 0, 0, 0.05);
    }
  }

  #expectSuccess(call: Call, code: number): void {
    if (code === 0) return;
    this.#broken = true;
    const text = new Uint8Array(512);
    this.#call.errorString(code, text, this.#flag);
    throw new CollectiveError(
      `mpi: ${call} failed on rank ${this.rank}: ${new TextDecoder().decode(text.subarray(0, this.#flag[0]))}.`,
    );
  }
}

/** @throws GenaiError if the library does not know of all that were started: each would train alone and save as rank 0. */
function expectAll(size: number, path: string): void {
  const { OMPI_COMM_WORLD_SIZE, PMI_SIZE, SLURM_STEP_NUM_TASKS } = process.env;
  const started = OMPI_COMM_WORLD_SIZE ?? PMI_SIZE;
  if (started !== undefined && Number(started) !== size) {
    throw new GenaiError(
      `mpi: ${started} processes were started, but ${path} knows of ${size}: it is not the MPI of that mpirun. ` +
        'Name the right file in GENAI_MPI.',
    );
  }
  // srun tells by PMIx no number; that of its step may also count daemons of mpirun, or one part of several.
  if (started === undefined && size === 1 && Number(SLURM_STEP_NUM_TASKS ?? 1) > 1) {
    throw new GenaiError(
      `mpi: srun started ${SLURM_STEP_NUM_TASKS} processes, but ${path} knows of one: it does not hear of the others. ` +
        'Start OpenMPI by srun --mpi=pmix, MPICH by srun --mpi=pmi2, or name the file of the right one in GENAI_MPI.',
    );
  }
}

/** A call that may block for ever in the library. */
function watched(name: string, timeout: number, call: () => number): Promise<number> {
  const patience = Math.max(timeout, PATIENCE_MS);
  const complaint = `mpi: this rank waited ${patience} ms in ${name} for another that did not come, and ends. ${LOST}`;
  return within(patience, complaint, call);
}

const LOST = 'Look for the error of a rank that was lost, or raise `timeout` if one has that much more to do.';
/** Starting takes seconds where many do it at once. */
const PATIENCE_MS = 60_000;
const THREAD_SERIALIZED = 2;
/** Numbers to a request: OpenMPI's requests are slower than its blocking calls where they hold much more or less. */
const BUCKET = 2 ** 18;
/** Who waits longer for another rank to come leaves the processor to others between two looks. */
const SPIN_MS = 20;
const NOTHING = /* @__PURE__ */ new Int32Array(new SharedArrayBuffer(4));
