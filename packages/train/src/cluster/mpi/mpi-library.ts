import { GenaiError } from '@genai/core';
import { importKoffi, type KoffiLibrary } from './import-koffi.js';
import { tameUcx } from './tame-ucx.js';

/** Whatever an implementation calls a communicator, a type or an operation: the address of a symbol, or a number. */
export type Handle = bigint;

/** The functions of MPI that are used; each returns an error code, 0 if all is well. Requests stand in 8 bytes. */
export type MpiFunctions = {
  readonly initialized: (flag: Int32Array) => number;
  readonly initThread: (argc: null, argv: null, required: number, provided: Int32Array) => number;
  readonly setErrorHandler: (comm: Handle, handler: Handle) => number;
  readonly rank: (comm: Handle, rank: Int32Array) => number;
  readonly size: (comm: Handle, size: Int32Array) => number;
  readonly allReduce: (
    from: Handle,
    into: ArrayBufferView,
    count: number,
    type: Handle,
    op: Handle,
    comm: Handle,
    request: ArrayBufferView,
  ) => number;
  readonly broadcast: (
    values: ArrayBufferView,
    count: number,
    type: Handle,
    root: number,
    comm: Handle,
    request: ArrayBufferView,
  ) => number;
  readonly allGather: (
    from: ArrayBufferView,
    fromCount: number,
    fromType: Handle,
    into: ArrayBufferView,
    intoCount: number,
    intoType: Handle,
    comm: Handle,
    request: ArrayBufferView,
  ) => number;
  readonly gather: (
    from: ArrayBufferView,
    fromCount: number,
    fromType: Handle,
    into: ArrayBufferView,
    intoCounts: Int32Array,
    intoStarts: Int32Array,
    intoType: Handle,
    root: number,
    comm: Handle,
    request: ArrayBufferView,
  ) => number;
  readonly test: (request: ArrayBufferView, flag: Int32Array, status: Handle) => number;
  readonly errorString: (code: number, text: Uint8Array, length: Int32Array) => number;
  readonly abort: (comm: Handle, code: number) => number;
  readonly finalize: () => number;
};

/** A library of MPI and what its header file knows. */
export type MpiLibrary = {
  readonly path: string;
  readonly call: MpiFunctions;
  readonly world: Handle;
  readonly float: Handle;
  readonly int: Handle;
  readonly sum: Handle;
  readonly max: Handle;
  readonly min: Handle;
  readonly errorsReturn: Handle;
  readonly inPlace: Handle;
  readonly ignoreStatus: Handle;
};

/**
 * Opens the MPI of this machine: the one that `GENAI_MPI` names, else the one whose `mpirun` started this process, or for
 * which `srun --mpi` did (PMIx: OpenMPI, PMI-2: MPICH), else OpenMPI, else MPICH and its relatives. Sets
 * `UCX_ERROR_SIGNALS` and, but for OpenMPI, `UCX_MEM_EVENTS`, unless they are set.
 *
 * @throws GenaiError if koffi or the library cannot be had.
 */
export async function openMpi(): Promise<MpiLibrary> {
  const koffi = await importKoffi();
  const { GENAI_MPI: chosen, PMI_RANK, PMIX_RANK, OMPI_COMM_WORLD_RANK } = process.env;
  const isMpich = PMI_RANK !== undefined && PMIX_RANK === undefined && OMPI_COMM_WORLD_RANK === undefined;
  const names = chosen ? [chosen] : isMpich ? [...MPICH, ...OPEN_MPI] : [...OPEN_MPI, ...MPICH];
  const failures: string[] = [];
  for (const name of names) {
    let library: KoffiLibrary;
    tameUcx({ isOpenMpi: OPEN_MPI.includes(name) });
    try {
      library = koffi.load(name, { global: true }); // its plug-ins look for its symbols
    } catch (error) {
      failures.push((error as Error).message.split('\n')[0]!);
      continue;
    }
    KEPT.add(library);
    return bind(name, library, (symbol) => BigInt(koffi.address(library.symbol(symbol, 'int'))));
  }
  throw new GenaiError(
    `mpi: no library of MPI loads (${failures[0]}). Install OpenMPI or MPICH, or name the file in GENAI_MPI.`,
  );
}

/** koffi closes a library that nobody holds any more. */
const KEPT = /* @__PURE__ */ new Set<KoffiLibrary>();

const OPEN_MPI = ['libmpi.so.40', 'libmpi.40.dylib'];
const MPICH = ['libmpich.so.12', 'libmpi.so.12', 'libpmpi.12.dylib'];

function bind(path: string, library: KoffiLibrary, address: (symbol: string) => Handle): MpiLibrary {
  const get = <F>(signature: string): F => {
    try {
      return library.func(`int MPI_${signature}`) as F;
    } catch {
      throw new GenaiError(`mpi: ${path} is not a library of MPI 3 or later. Name another file in GENAI_MPI.`);
    }
  };
  const call: MpiFunctions = {
    initialized: get('Initialized(void *flag)'),
    initThread: get('Init_thread(void *argc, void *argv, int required, void *provided)'),
    setErrorHandler: get('Comm_set_errhandler(intptr_t comm, intptr_t handler)'),
    rank: get('Comm_rank(intptr_t comm, void *rank)'),
    size: get('Comm_size(intptr_t comm, void *size)'),
    allReduce: get(
      'Iallreduce(intptr_t from, void *into, int count, intptr_t type, intptr_t op, intptr_t comm, void *request)',
    ),
    broadcast: get('Ibcast(void *values, int count, intptr_t type, int root, intptr_t comm, void *request)'),
    allGather: get(
      'Iallgather(void *from, int n, intptr_t type, void *into, int m, intptr_t into_type, intptr_t comm, void *request)',
    ),
    gather: get(
      'Igatherv(void *from, int n, intptr_t type, void *into, void *counts, void *starts, intptr_t into_type, int root, ' +
        'intptr_t comm, void *request)',
    ),
    test: get('Test(void *request, void *flag, intptr_t status)'),
    errorString: get('Error_string(int code, void *text, void *length)'),
    abort: get('Abort(intptr_t comm, int code)'),
    finalize: get('Finalize()'),
  };
  return { path, call, ...handles(address) };
}

/** OpenMPI's handles are addresses of its symbols; those of MPICH and all of its ABI are numbers of its mpi.h. */
function handles(address: (symbol: string) => Handle): Omit<MpiLibrary, 'path' | 'call'> {
  try {
    return {
      world: address('ompi_mpi_comm_world'),
      float: address('ompi_mpi_float'),
      int: address('ompi_mpi_int'),
      sum: address('ompi_mpi_op_sum'),
      max: address('ompi_mpi_op_max'),
      min: address('ompi_mpi_op_min'),
      errorsReturn: address('ompi_mpi_errors_return'),
      inPlace: 1n,
      ignoreStatus: 0n,
    };
  } catch {
    return {
      world: 0x44000000n,
      float: 0x4c00040an,
      int: 0x4c000405n,
      sum: 0x58000003n,
      max: 0x58000001n,
      min: 0x58000002n,
      errorsReturn: 0x54000001n,
      inPlace: -1n,
      ignoreStatus: 1n,
    };
  }
}
