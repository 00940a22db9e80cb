import { GenaiError } from '@genai/core';
import { OPS } from './generated/ops.js';
import { inNode } from './in-node.js';
import { type KernelExports, type Kernels, loadKernels } from './load-kernels.js';
import { Allocator, type Places } from './memory/allocator.js';
import { OutOfMemoryError } from './memory/out-of-memory-error.js';
import type { SimdOptions, Variant } from './simd-options.js';
import type { TensorRecord } from './tensor-record.js';
import { startThread, type Thread } from './threads.js';

/** One launch: an op by name, the places it writes and reads, then its numbers, floats as `floatBits(x)`. */
export type Launch = {
  readonly op: string;
  readonly writes: readonly number[];
  readonly reads: readonly number[];
  readonly numbers: readonly number[];
};

/** Computes a list of ops somewhere else than in WebAssembly, on the same memory. */
export type Runner = {
  readonly runOp: (code: number, operands: number) => void;
  readonly runList: (start: number, end: number) => void;
  /** Threads of its own, the caller included. */
  readonly threads?: number;
  /** Ends them. */
  readonly stop?: () => void;
};

/**
 * One memory, the kernels bound to it, and the threads that compute in it. It knows nothing of tensors.
 */
export class Machine {
  /** Changes when the memory has grown: views made before may have ended. */
  generation = 0;
  buffer: ArrayBufferLike;
  /** Where places come from; a recording puts its own in place. */
  places: Places;
  readonly allocator: Allocator;
  /** Told of every launch, after it was computed. */
  listener: ((launch: Launch) => void) | undefined;
  /** Told when the host looks at the numbers of a tensor. */
  reader: ((record: TensorRecord) => void) | undefined;
  /** While true launches are only told, not computed. */
  isDry = false;
  #runner: Runner;
  #ints: Int32Array;
  #threads: Thread[] = [];
  readonly #operands: number;

  private constructor(
    readonly memory: WebAssembly.Memory,
    readonly variant: Variant,
    readonly shared: boolean,
    private readonly kernels: KernelExports,
    private readonly scratch: number,
    operands: number,
    start: number,
    private readonly maximum: number,
  ) {
    this.buffer = memory.buffer;
    this.#ints = new Int32Array(this.buffer);
    this.#operands = operands;
    this.allocator = new Allocator(
      start,
      this.buffer.byteLength,
      (end) => this.#reach(end),
      (bytes, used) => new OutOfMemoryError(bytes, used),
    );
    this.places = this.allocator;
    this.#runner = this.#inWebAssembly();
  }

  /** Compiles the kernels, makes the memory and starts the threads. @throws GenaiError if none of it can be had. */
  static async start(options: SimdOptions, machineThreads: number): Promise<Machine> {
    const canShare = typeof SharedArrayBuffer !== 'undefined' && isIsolated();
    const shared = (options.shared ?? canShare) && canShare && options.variant !== 'scalar';
    let kernels = await loadKernels(options.variant, shared);
    if (kernels.variant === 'scalar' && shared) kernels = await loadKernels('scalar', false);
    const sharing = shared && kernels.variant !== 'scalar';
    const threads = sharing ? Math.max(1, Math.min(MOST_THREADS, options.threads ?? machineThreads)) : 1;
    const { memory, maximum } = makeMemory(sharing);
    const { exports } = await WebAssembly.instantiate(kernels.module, { env: { memory } });
    const c = exports as unknown as KernelExports;
    // Behind the module's own data: operands, the stacks of the workers, scratch; then what is handed out.
    const operands = align(c.heap_base());
    const stacks = operands + OPERAND_BYTES;
    const scratch = align(stacks + (threads - 1) * STACK_BYTES);
    const start = align(scratch + c.scratch_bytes(threads));
    if (memory.buffer.byteLength < start) memory.grow(Math.ceil((start - memory.buffer.byteLength) / PAGE));
    const machine = new Machine(memory, kernels.variant, sharing, c, scratch, operands, start, maximum);
    await machine.#startThreads(kernels, threads, stacks);
    return machine;
  }

  /** How many threads compute, the caller included. */
  get threads(): number {
    return this.#runner.threads ?? 1 + this.#threads.length;
  }

  /** Computes one op now. @throws Error if there is no op of this name. */
  launch(op: string, writes: readonly number[], reads: readonly number[], numbers: readonly number[]): void {
    const code = CODES.get(op);
    if (code === undefined) throw new Error(`no op '${op}' in kernels/ops.h`);
    if ((writes.length + reads.length + numbers.length) * 4 > OPERAND_BYTES)
      throw new Error(`too many operands: ${op}`);
    if (!this.isDry) {
      const ints = this.#ints;
      let at = this.#operands >>> 2;
      for (let i = 0; i < writes.length; i++) ints[at++] = writes[i]!;
      for (let i = 0; i < reads.length; i++) ints[at++] = reads[i]!;
      for (let i = 0; i < numbers.length; i++) ints[at++] = numbers[i]!;
      this.#runner.runOp(code, this.#operands);
    }
    this.listener?.({ op, writes, reads, numbers });
  }

  /** Computes a list of ops that stands in the memory from `start` to `end` (see `run_list` in kernels/run.c). */
  runList(start: number, end: number): void {
    this.#runner.runList(start, end);
  }

  /** Two words that tell with all but certainty whether the bytes at a place are the same as before. */
  digest(place: number, bytes: number): [number, number] {
    const words = this.#ints.subarray(place >>> 2, (place >>> 2) + Math.ceil(bytes / 4));
    let [a, b] = [bytes, 0];
    for (let i = 0; i < words.length; i++) {
      a = Math.imul(a ^ words[i]!, 0x01000193);
      b = (Math.imul(b, 31) + a) | 0;
    }
    return [a, b];
  }

  /** Lets something else compute from now on, or WebAssembly again. */
  computeWith(runner: Runner | undefined): void {
    this.#runner = runner ?? this.#inWebAssembly();
  }

  /** The code of an op, for recorded lists. */
  codeOf(op: string): number {
    return CODES.get(op)!;
  }

  /** The memory as 32-bit numbers; do not keep it across an allocation. */
  get ints(): Int32Array {
    return this.#ints;
  }

  /** Ends the threads. What stands in the memory stays until it is let go. */
  stop(): void {
    const { stop } = this.#runner;
    this.computeWith(undefined);
    stop?.();
    this.kernels.stop();
    for (const thread of this.#threads.splice(0)) thread.stop();
    this.#configure();
  }

  #inWebAssembly(): Runner {
    const { run_op, run_list, __stack_pointer } = this.kernels;
    const top = __stack_pointer.value as number;
    const guarded = (run: (a: number, b: number) => void) => (a: number, b: number) => {
      try {
        run(a, b);
      } catch (error) {
        __stack_pointer.value = top; // a trap leaves it where it was
        throw this.#afterTrap(error);
      }
    };
    return { runOp: guarded(run_op), runList: guarded(run_list) };
  }

  /** Goes on without threads: one may be dead, or asleep and write later what nobody waits for. */
  #afterTrap(cause: unknown): GenaiError {
    this.stop();
    return new GenaiError(
      `simd: a computation was cut short (${(cause as Error).message}), perhaps because a thread was ended from outside; what ` +
        'it was to write is lost. The engine goes on with one thread: go on from the last checkpoint.',
      { cause },
    );
  }

  async #startThreads({ module }: Kernels, threads: number, stacks: number): Promise<void> {
    this.#configure();
    const seats = Array.from({ length: threads - 1 }, (_, i) => ({
      module,
      memory: this.memory,
      thread: i + 1,
      stack: stacks + (i + 1) * STACK_BYTES,
    }));
    const started = seats.map((seat) => {
      const thread = startThread(seat, () => {
        void thread.then((dead) => {
          this.#threads = this.#threads.filter((other) => other !== dead);
          this.#configure();
        });
      });
      return thread;
    });
    for (const thread of await Promise.all(started)) if (thread) this.#threads.push(thread);
    this.#configure();
  }

  #configure(): void {
    this.kernels.be_patient(PATIENCE_MS * 20);
    // The main thread of a page may not sleep; whoever may not, spins.
    const mayWait = this.shared && (inNode() || typeof (globalThis as { document?: unknown }).document === 'undefined');
    this.kernels.configure(this.threads, Number(mayWait), this.scratch);
  }

  /** Grows the memory to at least `end`, by a quarter more than it has; undefined if it cannot. */
  #reach(end: number): number | undefined {
    const have = this.memory.buffer.byteLength;
    const wanted = [Math.max(end, Math.min(have * 1.25, have + 2 ** 28), have + 2 ** 24), end];
    for (const size of wanted) {
      const pages = Math.ceil((Math.min(size, this.maximum) - have) / PAGE);
      if (have + pages * PAGE < end) continue;
      try {
        this.memory.grow(pages);
      } catch {
        continue;
      }
      this.buffer = this.memory.buffer;
      this.#ints = new Int32Array(this.buffer);
      this.generation++;
      return this.buffer.byteLength;
    }
    return undefined;
  }
}

/** The bits of a float32, as an operand. */
export function floatBits(x: number): number {
  FLOAT[0] = x;
  return BITS[0]!;
}

const FLOAT = /* @__PURE__ */ new Float32Array(1);
const BITS = /* @__PURE__ */ new Int32Array(FLOAT.buffer);

/** What one chunk may take at most; most take less than a millisecond. */
const PATIENCE_MS = 60_000;
const PAGE = 65536;
const STACK_BYTES = 262144;
const OPERAND_BYTES = 65536;
const MOST_THREADS = 64;
const CODES: ReadonlyMap<string, number> = /* @__PURE__ */ new Map(OPS.map((name, code) => [name, code]));

/** Address space for 4 GiB where it can be had, else for less: nothing is used of it before it is needed. */
function makeMemory(shared: boolean): { memory: WebAssembly.Memory; maximum: number } {
  let failure: unknown;
  // One page short of 4 GiB, so that the end of a block is a number of 32 bits too.
  for (const maximum of [65535, 32768, 16384, 8192, 4096]) {
    try {
      return { memory: new WebAssembly.Memory({ initial: 256, maximum, shared }), maximum: maximum * PAGE };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function isIsolated(): boolean {
  return inNode() || (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
}

function align(place: number): number {
  return Math.ceil(place / 64) * 64;
}
