import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { type backend_util, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Machine } from './machine.js';
import { bytesOf, TensorRecord } from './tensor-record.js';

type DataId = object;
type Values = backend_util.BackendValues;
/** The storage of the cpu backend, which holds our records. */
type Records = { get(id: DataId): TensorRecord; has(id: DataId): boolean; set(id: DataId, record: TensorRecord): void };

/**
 * The TensorFlow.js backend `simd`: tensors are blocks of one WebAssembly memory.
 *
 * It is a cpu backend, so that every kernel of that engine runs on the same memory; kernels of ours stand in front.
 */
export class SimdBackend extends MathBackendCPU {
  /** Above 0 while a borrowed kernel works: what it makes stays outside the memory, which must not grow under it. */
  #borrowing = 0;
  readonly #records: Records;

  constructor(readonly machine: Machine) {
    super();
    this.#records = this.data as unknown as Records;
  }

  /** Where the tensor's numbers begin in the memory. */
  place(info: TensorInfo): number {
    const record = this.#records.get(info.dataId);
    if (record.place === 0) this.#adopt(record);
    return record.place;
  }

  /** A new tensor whose numbers are not set yet. @throws OutOfMemoryError */
  output(shape: readonly number[], dtype: DataType): TensorInfo {
    const record = new TensorRecord(dtype, util.sizeFromShape(shape as number[]), 1, this.machine);
    record.place = this.machine.places.allocate(record.count * bytesOf(dtype));
    const dataId = {};
    this.#records.set(dataId, record);
    return { dataId, shape: shape as number[], dtype };
  }

  /** The same data under another shape. The count of those who hold it goes up. */
  share(info: TensorInfo, shape: readonly number[]): TensorInfo {
    this.incRef(info.dataId);
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
    return this.machine.places.allocate(bytes);
  }

  release(place: number): void {
    this.machine.places.free(place);
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
    if (this.#borrowing === 0) for (const info of [made].flat() as TensorInfo[]) this.#adoptIfNumbers(info);
    return made;
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
    if (values !== undefined && isNumeric(dtype) && this.#borrowing === 0) this.#adopt(record);
    this.#records.set(dataId, record);
  }

  override readSync(dataId: DataId): Values {
    const record = this.#records.get(dataId);
    if (!isNumeric(record.dtype)) return super.readSync(dataId);
    const { values } = record;
    return ArrayBuffer.isView(values) ? (values as Float32Array).slice() : super.readSync(dataId);
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.#records.has(dataId)) return true;
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

  #adoptIfNumbers(info: TensorInfo): void {
    const record = this.#records.get(info.dataId);
    const parts = record.complexTensorInfos;
    if (parts) {
      this.#adoptIfNumbers(parts.real);
      this.#adoptIfNumbers(parts.imag);
    } else if (record.place === 0 && isNumeric(record.dtype)) this.#adopt(record);
  }

  /** Copies values into the memory, once. */
  #adopt(record: TensorRecord): void {
    const values = record.values as ArrayLike<number> | undefined;
    const place = this.machine.places.allocate(record.count * bytesOf(record.dtype));
    record.moveTo(place);
    if (values) (record.values as Float32Array).set(values);
  }
}

function isNumeric(dtype: DataType): boolean {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}
