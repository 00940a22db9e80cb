import { type Key, mapLeaves, type TensorLike, type Tree } from '@genai/core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Launch } from '../machine.js';
import type { Places } from '../memory/allocator.js';
import type { SimdBackend } from '../simd-backend.js';
import type { TensorRecord } from '../tensor-record.js';
import { CallTensor, isTensorInfo, mapTensors } from './kernel-call.js';
import { KeyPaths } from './key-paths.js';
import {
  type Block,
  type Event,
  type HostFunction,
  nameOf,
  type Operand,
  type Output,
  type Recording,
} from './recording.js';

type Open = { readonly id: number; readonly place: number; readonly bytes: number; claimed: boolean };

/**
 * Writes down what a function computes while it runs: every launch, every borrowed kernel, and which blocks they use.
 *
 * It stands between the machine and its allocator, so blocks are told apart by when they were handed out, and two
 * recordings of the same function name them alike wherever they lie.
 */
export class Recorder implements Places {
  readonly keys: KeyPaths;
  #problem: string | undefined;
  readonly #blocks: Block[] = [];
  readonly #events: Event[] = [];
  /** Blocks that hold something now, by their place. */
  readonly #open = new Map<number, Open>();

  /** Bytes of the blocks that a dry run has, now and at most at one time. */
  #dryBytes = 0;
  #mostDryBytes = 0;
  #nowhere = NOWHERE;
  /** Whose data a dry run tells of, by their place. */
  readonly #dry = new Map<number, object>();

  /** A dry run (`isDry`) computes nothing: what it makes has places that are not in the memory. */
  constructor(
    private readonly backend: SimdBackend,
    private readonly inputs: readonly Tensor[],
    key: Key,
    readonly isDry = false,
  ) {
    this.keys = new KeyPaths(key, () =>
      this.#fail(
        'random numbers of its key are made on the host; draw with the noise functions of @genai/tensor instead',
      ),
    );
    for (const [input, leaf] of inputs.entries()) {
      const place = backend.place(leaf);
      if (!this.#open.has(place))
        this.#add(place, { kind: 'input', bytes: backend.machine.allocator.sizeAt(place), input });
    }
  }

  // ---- Memory ---------------------------------------------------------------------------------------------------------
  readonly allocate = (bytes: number): number => {
    if (!this.isDry) return this.allocateNow(bytes);
    const place = this.#nowhere;
    this.#nowhere += Math.max(64, Math.ceil(bytes / 64) * 64);
    this.#add(place, { kind: 'made', bytes });
    this.#dryBytes += bytes;
    this.#mostDryBytes = Math.max(this.#mostDryBytes, this.#dryBytes);
    return place;
  };

  /** A block in the memory, for numbers from outside the kernels. */
  readonly allocateNow = (bytes: number): number => {
    const place = this.backend.machine.allocator.allocate(bytes);
    this.#add(place, { kind: 'made', bytes });
    return place;
  };

  readonly free = (place: number): void => {
    const open = this.#open.get(place);
    const kind = open && this.#blocks[open.id]!.kind;
    if (kind === 'made' || kind === 'constant') this.#open.delete(place);
    else this.#fail('it disposes a tensor that it did not make');
    if (isNowhere(place)) {
      this.#dryBytes -= open?.bytes ?? 0;
      this.#dry.delete(place);
    } else this.backend.machine.allocator.free(place);
  };

  // ---- What the backend tells -------------------------------------------------------------------------------------
  /** A tensor is made, its numbers not set yet. */
  readonly made = (dataId: object, { place }: TensorRecord): void => {
    if (isNowhere(place)) this.#dry.set(place, dataId);
  };

  /** A tensor is used. */
  readonly used = (dataId: object, { place }: TensorRecord): void => {
    if (this.#open.has(place)) return;
    this.#add(place, { kind: 'external', bytes: this.backend.machine.allocator.sizeAt(place), place, dataId });
  };

  /** A block got its numbers from outside the kernels: from the host, or (not `constant`) from a kernel borrowed. */
  readonly filled = ({ place }: TensorRecord, constant: boolean): void => {
    const open = this.#open.get(place);
    if (!open) return;
    if (!constant) {
      open.claimed = false;
      return;
    }
    const values = new Uint8Array(this.backend.machine.buffer, place, open.bytes).slice();
    this.#blocks[open.id] = { kind: 'constant', bytes: open.bytes, values };
  };

  /** The host looks at numbers. */
  readonly read = ({ place }: TensorRecord): void => {
    const open = this.#open.get(place);
    const kind = open && this.#blocks[open.id]!.kind;
    if (kind === 'constant' || kind === 'external' || !open) return; // the same in every run
    const last = this.#events.at(-1);
    this.#fail(
      `it reads a tensor on the host${last ? ` after its op ${nameOf(last)}` : ''}; ` +
        'compute with tensors instead, or give the number out as a metric',
    );
  };

  /** Bytes that the function holds at most at one time when it is run, besides what there is before. */
  get mostDryBytes(): number {
    return this.#mostDryBytes;
  }

  readonly launched = ({ op, writes, reads, numbers }: Launch): void => {
    this.#events.push({
      kind: 'launch',
      op,
      writes: writes.map(this.#operand),
      reads: reads.map(this.#operand),
      numbers: numbers.slice(),
      keys: this.keys.among(numbers),
    });
  };

  /** A kernel was borrowed. */
  readonly called = (name: string, compute: (params: never) => unknown, call: Call, made: unknown): void => {
    const reads: Operand[] = [];
    const given = new Set<object>();
    const inputs = mapTensors(call.inputs, isTensorInfo, (info) => {
      given.add(info.dataId);
      const tensor = this.#callTensor(name, info);
      reads.push(tensor);
      return tensor;
    });
    const results = [made as TensorInfo | TensorInfo[]].flat();
    for (const { place } of results.map((info) => this.backend.recordOf(info.dataId))) {
      const open = this.#open.get(place);
      if (open) open.claimed = true;
    }
    const returned = results.map((info) => (given.has(info.dataId) ? undefined : this.#callTensor(name, info)));
    const writes = returned.filter((tensor) => tensor !== undefined);
    if (writes.length === 0) return; // the same data under another shape
    this.#events.push({ kind: 'call', name, compute, inputs, attrs: call.attrs, made: returned, writes, reads });
  };

  /** Numbers are looked at, and were good. */
  readonly checked = (
    info: TensorInfo,
    test: (values: never, ...about: never) => void,
    about: readonly unknown[],
  ): void => {
    const of = this.#callTensor('check', info);
    this.#events.push({ kind: 'check', test, about, of, writes: [], reads: [of] });
  };

  /** The host has filled a tensor from others. */
  readonly filledOnHost = (f: HostFunction, made: TensorInfo, inputs: readonly TensorInfo[]): void => {
    const into = this.#callTensor('GenaiOnHost', made);
    const from = inputs.map((info) => this.#callTensor('GenaiOnHost', info));
    this.#events.push({ kind: 'host', f, into, from, writes: [into], reads: from });
  };

  /** Ends the recording of a run that gave `result`. */
  finish(result: Tree<Tensor>): Recording {
    const outputs: Output[] = [];
    const kept = new Set<number>();
    const form = mapLeaves<TensorLike, Tree<TensorLike>>(result, (leaf) => {
      const output = this.#output(leaf as Tensor);
      kept.add(output.block);
      return new Slot(outputs.push(output) - 1);
    });
    for (const { id } of this.#open.values()) {
      const { kind } = this.#blocks[id]!;
      if ((kind === 'made' || kind === 'constant') && !kept.has(id))
        this.#fail('it keeps a tensor that is not in its result');
    }
    return { blocks: this.#blocks, events: this.#events, outputs, form, problem: this.#problem };
  }

  /** What a dry run left over when it ended: the recording of a function whose result it is, and whose data they are. */
  leftOver(): { readonly recording: Recording; readonly dataIds: readonly object[] } {
    const dataIds = [...this.#dry.values()];
    const outputs = [...this.#dry].map(([place, dataId]): Output => {
      const { dtype, count } = this.backend.recordOf(dataId);
      return { input: undefined, block: this.#open.get(place)!.id, shape: [count], dtype, stored: dtype, count };
    });
    const form = outputs.map((_, i) => new Slot(i));
    return { recording: { blocks: this.#blocks, events: this.#events, outputs, form, problem: undefined }, dataIds };
  }

  // ---- Helpers ----------------------------------------------------------------------------------------------------------
  #output(leaf: Tensor): Output {
    const record = this.backend.recordOf(leaf.dataId);
    const same = this.inputs.indexOf(leaf);
    const numeric = leaf.dtype !== 'string' && leaf.dtype !== 'complex64';
    if (!numeric) this.#fail(`a tensor of its result is of dtype ${leaf.dtype}`);
    return {
      input: same < 0 ? undefined : same,
      block: numeric ? this.#operand(this.backend.place(leaf)).block : -1,
      shape: [...leaf.shape],
      dtype: leaf.dtype,
      stored: record.dtype,
      count: record.count,
    };
  }

  #callTensor(name: string, info: TensorInfo): CallTensor {
    const { dtype, count, place } = this.backend.recordOf(info.dataId);
    if (dtype === 'string' || dtype === 'complex64') {
      this.#fail(`its op ${name} works on ${dtype} tensors`);
      return new CallTensor(-1, 0, info.shape, info.dtype, dtype, count);
    }
    const { block, offset } = this.#operand(place || this.backend.place(info));
    return new CallTensor(block, offset, [...info.shape], info.dtype, dtype, count);
  }

  readonly #operand = (place: number): Operand => {
    if (place === 0) return NO_BLOCK;
    let open = this.#open.get(place);
    if (!open) {
      for (const other of this.#open.values())
        if (other.place < place && place < other.place + other.bytes) open = other;
    }
    if (!open) {
      this.#fail('a kernel works on memory that belongs to no tensor');
      return NO_BLOCK;
    }
    if (!open.claimed) this.#fail('a kernel works on numbers of unknown origin');
    return { block: open.id, offset: place - open.place };
  };

  #add(place: number, block: Block): void {
    this.#open.set(place, { id: this.#blocks.length, place, bytes: block.bytes, claimed: true });
    this.#blocks.push(block);
  }

  #fail(problem: string): void {
    this.#problem ??= problem;
  }
}

/** Whether a place is that of data which a dry run only told of. */
export function isNowhere(place: number): boolean {
  return place >= NOWHERE;
}

/** Behind the end of the largest memory. */
const NOWHERE = 2 ** 32;

type Call = { readonly inputs: unknown; readonly attrs: unknown };

const NO_BLOCK: Operand = { block: -1, offset: 0 };

/** A leaf of a form: the number of the output that stands there. */
export class Slot implements TensorLike {
  readonly shape: readonly number[] = [];

  constructor(readonly output: number) {}

  dispose(): void {}
}
