import type { Machine } from '../machine.js';
import type { SimdDescription } from '../simd-description.js';
import { findLibrary, isNativeOff } from './find-library.js';
import type { NativeLibrary } from './open-library.js';
import { useBlas } from './use-blas.js';

/** A library that waits for a memory, or why there is none. */
export type FoundNative = {
  /** Lets the library compute on the machine's memory from now on, until the machine is stopped. */
  readonly attach?: (machine: Machine, threads: number) => Attached | undefined;
  readonly notes: readonly string[];
};

type Attached = Pick<SimdDescription, 'device' | 'threads' | 'library' | 'blas' | 'notes'>;

/** Finds a native build of the kernels. The engine calls it when it starts in Node. @internal */
export async function findNative(): Promise<FoundNative> {
  if (isNativeOff()) return { notes: ['Native kernels are turned off by GENAI_NATIVE.'] };
  const { library, refused } = await findLibrary();
  const notes = refused.map(({ path, reason }) => `The native kernels ${path} are not used: ${reason}.`);
  if (library) return { attach: (machine, threads) => attach(library, machine, threads, notes), notes };
  return { notes: notes.length > 0 || process.platform === 'win32' ? notes : [NOT_BUILT] };
}

const NOT_BUILT =
  '`genai native build`, with koffi installed, makes it several times faster: it compiles the kernels for this processor.';

function attach(
  library: NativeLibrary,
  machine: Machine,
  threads: number,
  notes: readonly string[],
): Attached | undefined {
  if (!library.start(firstByte(machine), threads)) {
    library.finish();
    return undefined;
  }
  // Memory grows in place where address space was reserved for all of it, which is not promised.
  let generation = machine.generation;
  const follow = (): void => {
    generation = machine.generation;
    library.rebase(firstByte(machine));
  };
  const { runOp, runList } = library;
  machine.computeWith({
    runOp: (code, operands) => {
      if (machine.generation !== generation) follow();
      runOp(code, operands);
    },
    runList: (start, end) => {
      if (machine.generation !== generation) follow();
      runList(start, end);
    },
    threads,
    stop: library.finish,
  });
  const { blas, note } = useBlas(library, threads);
  return {
    device: `native ${library.vectors}${blas ? `, ${blas.split(/\s/).slice(0, 2).join(' ')}` : ''}`,
    threads,
    library: library.path,
    ...(blas && { blas }),
    notes: note ? [...notes, note] : notes,
  };
}

/** koffi passes the address. */
function firstByte({ buffer }: Machine): Uint8Array {
  return new Uint8Array(buffer, 0, 1);
}
