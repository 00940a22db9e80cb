import { CannotCaptureError, type Key, leaves, mapLeaves, type Tree, threefry2x32 } from '@genai/core';
import { engine, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { expectNoIndexFault } from '../index-fault.js';
import type { SimdBackend } from '../simd-backend.js';
import { type TensorRecord, viewOf } from '../tensor-record.js';
import { type CallTensor, isCallTensor, mapTensors } from './kernel-call.js';
import { type ProgramText, programText, type Uses } from './program-text.js';
import type { Slot } from './recorder.js';
import type { CallEvent, CheckEvent, HostEvent, Recording } from './recording.js';

/**
 * A recording that can be computed again: the list of its ops in the memory.
 *
 * Inputs stay where they are and every result gets a block of its own, so what goes in and comes out are ordinary tensors;
 * only their places are filled into the list before it runs. All between them share one block, the arena, which is held
 * for the length of a replay.
 */
export class Program {
  readonly #text: ProgramText;
  readonly #list: number;
  readonly #constants: number;
  /** Where the list takes the arena, the inputs and the outputs to be; −1 before the first time. */
  #arena = -1;
  #inputs: number[] = [];
  #outputs: number[] = [];

  /** @throws OutOfMemoryError */
  constructor(
    private readonly backend: SimdBackend,
    private readonly recording: Recording,
  ) {
    const { machine } = backend;
    const text = programText(recording, machine);
    this.#text = text;
    this.#list = machine.allocator.allocate(text.words.length * 4);
    try {
      this.#constants = machine.allocator.allocate(text.constants.length);
    } catch (error) {
      machine.allocator.free(this.#list);
      throw error;
    }
    new Uint8Array(machine.buffer, this.#constants, text.constants.length).set(text.constants);
    machine.ints.set(text.words, this.#list >>> 2);
    this.#point(text.fixed, this.#constants);
    machine.runList(this.#list, this.#list + 4 * text.once);
  }

  /** Bytes that the tensors between inputs and results take in a replay. */
  get arenaBytes(): number {
    return this.#text.arenaBytes;
  }

  /** Whether all tensors that the function knows from elsewhere are still there. */
  isAlive(): boolean {
    return this.#text.externals.every(({ dataId, place }) => this.backend.find(dataId)?.place === place);
  }

  /**
   * Computes `result`, which the function has given for these leaves and this key, once more into its own blocks.
   *
   * @returns whether every bit came out the same. If not, the result is spoilt.
   */
  repeats(result: Tree<Tensor>, inputs: readonly Tensor[], key: Key): boolean {
    const { allocator } = this.backend.machine;
    const made = leaves<Tensor>(result).map(([, leaf]) => this.backend.place(leaf));
    const into = this.#text.outputs.map(({ leaf }) => made[leaf]!);
    const bits = (): number[] =>
      this.#text.outputs.flatMap(({ bytes }, i) => this.backend.machine.digest(into[i]!, bytes));
    const before = bits();
    const arena = allocator.allocate(this.#text.arenaBytes);
    try {
      this.#fillIn(arena, inputs, into, key);
      this.#compute();
    } finally {
      allocator.free(arena);
    }
    return bits().every((word, i) => word === before[i]);
  }

  /**
   * Computes with these leaves and this key. The results are new tensors of the caller's.
   *
   * @throws CannotCaptureError if a borrowed kernel gives another amount of data than it did. OutOfMemoryError.
   */
  replay(inputs: readonly Tensor[], key: Key): Tree<Tensor> {
    const { allocator } = this.backend.machine;
    const arena = allocator.allocate(this.#text.arenaBytes);
    const made: number[] = [];
    try {
      for (const { bytes } of this.#text.outputs) made.push(allocator.allocate(bytes));
      this.#fillIn(arena, inputs, made, key);
      this.#compute();
    } catch (error) {
      for (const place of made) allocator.free(place);
      throw error;
    } finally {
      allocator.free(arena);
    }
    return this.#results(inputs, made);
  }

  /** Gives the memory back. */
  dispose(): void {
    this.backend.machine.allocator.free(this.#list);
    this.backend.machine.allocator.free(this.#constants);
  }

  /** Writes into the list what differs from the last replay. */
  #fillIn(arena: number, inputs: readonly Tensor[], outputs: readonly number[], key: Key): void {
    const text = this.#text;
    if (arena !== this.#arena) this.#point(text.arena, arena);
    this.#arena = arena;
    const places = inputs.map((leaf) => this.backend.place(leaf));
    for (const [i, uses] of text.inputs) if (places[i] !== this.#inputs[i]) this.#point(uses, places[i]!);
    this.#inputs = places;
    for (const [i, { uses }] of text.outputs.entries())
      if (outputs[i] !== this.#outputs[i]) this.#point(uses, outputs[i]!);
    this.#outputs = [...outputs];
    const { ints } = this.backend.machine;
    const list = this.#list >>> 2;
    for (const { path, words } of text.keys) {
      let at: readonly [number, number] = key;
      for (const data of path) at = threefry2x32(at, 0, data);
      for (const word of words) {
        ints[list + word] = at[0];
        ints[list + word + 1] = at[1];
      }
    }
  }

  #point({ words, offsets }: Uses, base: number): void {
    const { ints } = this.backend.machine;
    const list = this.#list >>> 2;
    for (let i = 0; i < words.length; i++) ints[list + words[i]!] = base + offsets[i]!;
  }

  #compute(): void {
    for (const part of this.#text.parts) {
      if ('kind' in part) {
        if (part.kind === 'call') this.#call(part);
        else if (part.kind === 'check') this.#check(part);
        else this.#onHost(part);
      } else this.backend.machine.runList(this.#list + 4 * part.start, this.#list + 4 * part.end);
    }
    expectNoIndexFault(this.backend.machine, 'a gather or scatter of a replayed run');
  }

  #check({ test, about, of }: CheckEvent): void {
    test(this.#viewOf(of) as never, ...(about as never));
  }

  #onHost({ f, into, from }: HostEvent): void {
    f(
      this.#viewOf(into) as Float32Array,
      from.map((tensor) => this.#viewOf(tensor) as Float32Array),
    );
  }

  /** Runs a borrowed kernel on our blocks, and copies what it made to where the list expects it. */
  #call({ name, compute, inputs, attrs, made }: CallEvent): void {
    const { backend } = this;
    const lent: object[] = [];
    const infos = mapTensors(inputs, isCallTensor, (tensor) => {
      const dataId = backend.lend(this.#placeOf(tensor), tensor.stored, tensor.count);
      lent.push(dataId);
      return { dataId, shape: tensor.shape, dtype: tensor.dtype };
    });
    const params = { inputs: infos, attrs, backend } as never;
    try {
      backend.compute(
        () => [compute(params) as TensorInfo | TensorInfo[]].flat(),
        (records) => this.#take(name, made, records),
      );
    } finally {
      for (const dataId of lent) backend.takeBack(dataId);
    }
  }

  #take(name: string, made: CallEvent['made'], records: readonly TensorRecord[]): void {
    for (const [i, tensor] of made.entries()) {
      if (!tensor) continue;
      const record = records[i];
      if (record?.count !== tensor.count || record.dtype !== tensor.stored) {
        throw new CannotCaptureError(
          `A recorded run cannot be replayed: the size of what its op ${name} makes depends on the numbers in its inputs.`,
        );
      }
      this.#viewOf(tensor).set(record.values as ArrayLike<number>);
    }
  }

  #viewOf(tensor: CallTensor): Float32Array | Int32Array | Uint8Array {
    return viewOf(tensor.stored, this.backend.machine.buffer, this.#placeOf(tensor), tensor.count);
  }

  #placeOf({ block, offset }: CallTensor): number {
    const home = this.#text.homes[block]!;
    if (home.kind === 'arena') return this.#arena + home.offset + offset;
    if (home.kind === 'constants') return this.#constants + home.offset + offset;
    if (home.kind === 'input') return this.#inputs[home.input]! + offset;
    return (home.kind === 'output' ? this.#outputs[home.output]! : home.place) + offset;
  }

  #results(inputs: readonly Tensor[], made: readonly number[]): Tree<Tensor> {
    const { backend } = this;
    const dataIds = new Map<number, object>(); // by block
    const tensors = this.recording.outputs.map(({ input, block, shape, dtype, stored, count }) => {
      if (input !== undefined) return inputs[input]!;
      const home = this.#text.homes[block]!;
      let dataId = dataIds.get(block);
      if (dataId) backend.incRef(dataId);
      else if (home.kind === 'input' || home.kind === 'external') {
        dataId = home.kind === 'input' ? inputs[home.input]!.dataId : home.dataId;
        backend.incRef(dataId);
      } else dataId = backend.keep(made[this.#text.results.get(block)!]!, stored, count);
      dataIds.set(block, dataId);
      return engine().makeTensorFromDataId(dataId, [...shape], dtype, backend);
    });
    return mapLeaves(this.recording.form as Tree<Tensor>, (slot) => tensors[(slot as unknown as Slot).output]!);
  }
}
