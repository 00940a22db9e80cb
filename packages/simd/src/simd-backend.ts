import { CAPTURE, type CanCapture } from '@genai/core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { type backend_util, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { CapturedFunction } from './capture/captured-function.js';
import { isNowhere, type Recorder } from './capture/recorder.js';
import type { HostFunction } from './capture/recording.js';
import type { Machine } from './machine.js';
import type { SimdCall, SimdKernel } from './simd-kernel.js';
import { bytesOf, TensorRecord } from './tensor-record.js';

type DataId = object;
type Values = backend_util.BackendValues;
/** The storage of the cpu backend, which holds our records. */
type Records = {
  get(id: DataId): TensorRecord;
  has(id: DataId): boolean;
  set(id: DataId, record: TensorRecord): void;
  delete(id: DataId): boolean;
};

/**
 * The TensorFlow.js backend `simd`: tensors are blocks of one WebAssembly memory.
 *
 * It is a cpu backend, so that every kernel of that engine runs on the same memory; kernels of ours stand in front.
 */
export class SimdBackend extends MathBackendCPU implements CanCapture {
  /** Writes down what is computed, while a function is recorded. */
  recorder: Recorder | undefined;
  readonly [CAPTURE]: CanCapture[typeof CAPTURE] = (f) => new CapturedFunction(this, f);
  /** Above 0 while a borrowed kernel works: what it makes stays outside the memory, which must not grow under it. */
  #borrowing = 0;
  readonly #records: Records;
  /** While a kernel of ours runs, what it holds of its own making, should it throw: data, and places of temporaries. */
  #held: (DataId | number)[] | undefined;

  constructor(readonly machine: Machine) {
    super();
    this.#records = this.data as unknown as Records;
  }

  /** Where the tensor's numbers begin in the memory. */
  place(info: TensorInfo): number {
    const record = this.#records.get(info.dataId);
    if (record.place === 0) this.#adopt(record, false);
    this.recorder?.used(info.dataId, record);
    return record.place;
  }

  /** A new tensor whose numbers are not set yet. @throws OutOfMemoryError */
  output(shape: readonly number[], dtype: DataType): TensorInfo {
    const record = new TensorRecord(dtype, util.sizeFromShape(shape as number[]), 1, this.machine);
    record.place = this.machine.places.allocate(record.count * bytesOf(dtype));
    const dataId = {};
    this.#records.set(dataId, record);
    this.recorder?.made(dataId, record);
    this.#held?.push(dataId);
    return { dataId, shape: shape as number[], dtype };
  }

  /** The same data under another shape. The count of those who hold it goes up. */
  share(info: TensorInfo, shape: readonly number[]): TensorInfo {
    this.incRef(info.dataId);
    this.#held?.push(info.dataId);
    return { dataId: info.dataId, shape: shape as number[], dtype: info.dtype };
  }

  /**
   * Computes an op on tensors: those it writes, those it reads, then its numbers (floats as `floatBits(x)`).
   *
   * A number among the tensors is taken as a place, 0 as none.
   */
  launch(
    op: string,
    writes: readonly (TensorInfo | number)[],
    reads: readonly (TensorInfo | number)[],
    numbers: readonly number[],
  ): void {
    const placeOf = (operand: TensorInfo | number): number =>
      typeof operand === 'number' ? operand : this.place(operand);
    const from = reads.map(placeOf);
    this.machine.launch(op, writes.map(placeOf), from, numbers);
  }

  /** Space for the length of a launch; give it back with `release`. @throws OutOfMemoryError */
  temporary(bytes: number): number {
    const place = this.machine.places.allocate(bytes);
    this.#held?.push(place);
    return place;
  }

  release(place: number): void {
    this.#letGo(place);
    this.machine.places.free(place);
  }

  /** Runs a kernel of ours. If it throws, or has no case for its inputs, nothing of what it made stays. */
  run(kernel: SimdKernel, call: SimdCall): TensorInfo | TensorInfo[] | undefined {
    const held: (DataId | number)[] = [];
    this.#held = held;
    let made: TensorInfo | TensorInfo[] | undefined;
    try {
      made = kernel.run(call);
    } finally {
      this.#held = undefined;
      if (made === undefined)
        for (const one of held) {
          if (typeof one === 'number') this.machine.places.free(one);
          else this.disposeData(one);
        }
    }
    return made;
  }

  /** Runs a kernel of the cpu engine on our data. What it returns is taken into the memory afterwards. */
  borrow<R extends TensorInfo | TensorInfo[]>(run: () => R): R {
    this.#borrowing++;
    let made: R;
    try {
      made = run();
    } finally {
      this.#borrowing--;
    }
    if (this.#borrowing > 0) return made;
    const infos = [made].flat() as TensorInfo[];
    try {
      for (const info of infos) this.#adoptIfNumbers(info);
    } catch (error) {
      for (const { dataId } of infos) this.disposeData(dataId);
      throw error;
    }
    return made;
  }

  /**
   * Lets a kernel look at numbers, only to throw where they are wrong. A replay looks again: `test` must be a function that
   * knows nothing but its arguments.
   */
  check<V extends Float32Array | Int32Array | Uint8Array, A extends readonly unknown[]>(
    info: TensorInfo,
    test: (values: V, ...about: A) => void,
    ...about: A
  ): void {
    const record = this.#records.get(info.dataId);
    if (!isNowhere(record.place)) test(record.view() as unknown as V, ...about);
    this.recorder?.checked(info, test as never, about);
  }

  /**
   * A new tensor (length) that the host fills from the numbers of others, in place. A replay calls `f` again: it must be the
   * same function in every run, and make no tensors.
   */
  onHost(f: HostFunction, inputs: readonly TensorInfo[], length: number): TensorInfo {
    for (const info of inputs) this.place(info);
    const made = this.output([length], 'float32'); // the memory may grow: views come after it
    const [into, ...from] = [made, ...inputs].map((info) => this.#records.get(info.dataId));
    if (!this.machine.isDry) {
      f(
        into!.view() as Float32Array,
        from.map((record) => record.view() as Float32Array),
      );
    }
    this.recorder?.filledOnHost(f, made, inputs);
    return made;
  }

  // ---- For recordings and their replays ---------------------------------------------------------------------------
  /** Runs `f` while `recorder` is told of all that is computed and stands in for the allocator. */
  record<R>(recorder: Recorder, f: () => R): R {
    const { machine } = this;
    this.recorder = recorder;
    machine.places = recorder;
    machine.listener = recorder.launched;
    machine.isDry = recorder.isDry;
    machine.reader = (record) => {
      if (this.#borrowing === 0 || recorder.isDry) recorder.read(record);
    };
    try {
      return f();
    } finally {
      this.recorder = undefined;
      machine.places = machine.allocator;
      machine.listener = undefined;
      machine.isDry = false;
      machine.reader = undefined;
    }
  }

  recordOf(dataId: DataId): TensorRecord {
    return this.#records.get(dataId);
  }

  /** The record, unless its tensors were disposed. */
  find(dataId: DataId): TensorRecord | undefined {
    return this.#records.has(dataId) ? this.#records.get(dataId) : undefined;
  }

  /** The data id of a new tensor whose numbers stand at this place, a block of its own. */
  keep(place: number, dtype: DataType, count: number): DataId {
    return this.#enter(place, dtype, count, 1);
  }

  /** A data id for a borrowed kernel to read a place that stays ours. */
  lend(place: number, dtype: DataType, count: number): DataId {
    return this.#enter(place, dtype, count, LENT);
  }

  takeBack(dataId: DataId): void {
    this.#records.delete(dataId);
  }

  /** Runs a kernel of the cpu engine and shows what it made, which is gone afterwards. */
  compute(run: () => readonly TensorInfo[], show: (made: readonly TensorRecord[]) => void): void {
    this.#borrowing++;
    try {
      const made = run();
      show(made.map(({ dataId }) => this.#records.get(dataId)));
      for (const { dataId } of made) this.disposeData(dataId);
    } finally {
      this.#borrowing--;
    }
  }

  #enter(place: number, dtype: DataType, count: number, refCount: number): DataId {
    const record = new TensorRecord(dtype, count, refCount, this.machine);
    record.place = place;
    const dataId = {};
    this.#records.set(dataId, record);
    return dataId;
  }

  override write(values: Values, shape: number[], dtype: DataType): DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(dataId: DataId, values: Values, shape: number[], dtype: DataType, refCount: number): void {
    const count = dtype === 'string' || dtype === 'complex64' ? 0 : util.sizeFromShape(shape);
    const record = new TensorRecord(dtype, count, refCount, this.machine);
    record.values = values;
    if (values !== undefined && isNumeric(dtype) && this.#borrowing === 0) this.#adopt(record, true);
    this.#records.set(dataId, record);
  }

  override read(dataId: DataId): Promise<Values> {
    // A dry run is not the one that the reader waits for.
    if (this.recorder && isNowhere(this.#records.get(dataId).place)) {
      this.recorder.read(this.#records.get(dataId));
      return new Promise(() => undefined);
    }
    return super.read(dataId) as Promise<Values>;
  }

  override readSync(dataId: DataId): Values {
    const record = this.#records.get(dataId);
    if (!isNumeric(record.dtype)) return super.readSync(dataId);
    const { values } = record;
    return ArrayBuffer.isView(values) ? (values as Float32Array).slice() : super.readSync(dataId);
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.#records.has(dataId)) return true;
    this.#letGo(dataId);
    const { place } = this.#records.get(dataId);
    const gone = super.disposeData(dataId, force);
    if (gone && place !== 0) this.machine.places.free(place);
    return gone;
  }

  override memory(): { unreliable: boolean; numBytesInMemory?: number; reasons: string[] } {
    return { unreliable: false, numBytesInMemory: this.machine.allocator.used, reasons: [] };
  }

  override dispose(): void {
    this.machine.stop();
  }

  #letGo(one: DataId | number): void {
    const held = this.#held;
    const at = held ? held.lastIndexOf(one) : -1;
    if (at >= 0) held!.splice(at, 1);
  }

  #adoptIfNumbers(info: TensorInfo): void {
    const record = this.#records.get(info.dataId);
    const parts = record.complexTensorInfos;
    if (parts) {
      this.#adoptIfNumbers(parts.real);
      this.#adoptIfNumbers(parts.imag);
    } else if (record.place === 0 && isNumeric(record.dtype)) this.#adopt(record, false);
  }

  /** Copies values into the memory, once. They are `constant` if the host made them. */
  #adopt(record: TensorRecord, constant: boolean): void {
    const values = record.view() as ArrayLike<number> | undefined;
    const bytes = record.count * bytesOf(record.dtype);
    const place = this.recorder ? this.recorder.allocateNow(bytes) : this.machine.allocator.allocate(bytes);
    record.moveTo(place);
    if (values) (record.view() as Float32Array).set(values);
    this.recorder?.filled(record, constant);
  }
}

/** More holders than any kernel lets go. */
const LENT = 2 ** 30;

function isNumeric(dtype: DataType): boolean {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}
