import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { Machine } from './machine.js';

type Values = backend_util.BackendValues;

/** The data of a tensor: a block of the memory, or (strings, and results of a borrowed kernel at work) values outside it. */
export class TensorRecord<D extends DataType = DataType> {
  refCount: number;
  complexTensorInfos?: { real: TensorInfo; imag: TensorInfo };
  /** Where its block begins; 0 while its values stand outside the memory. */
  place = 0;
  #values: Values | undefined;
  #generation = -1;

  constructor(
    readonly dtype: D,
    /** How many numbers. */
    readonly count: number,
    refCount: number,
    private readonly machine: Machine,
  ) {
    this.refCount = refCount;
  }

  /** The values: a view of the block, which is no longer valid once the memory has grown. */
  get values(): Values {
    this.machine.reader?.(this);
    return this.view();
  }

  set values(values: Values | undefined) {
    this.#values = values;
    this.#generation = -1;
  }

  /** The values, to write them: nobody is told. */
  view(): Values {
    if (this.place === 0) return this.#values as Values;
    if (this.#generation !== this.machine.generation || this.#values === undefined) {
      this.#values = viewOf(this.dtype, this.machine.buffer, this.place, this.count);
      this.#generation = this.machine.generation;
    }
    return this.#values;
  }

  /** Tells that the block is at another place now. */
  moveTo(place: number): void {
    this.place = place;
    this.#values = undefined;
  }
}

/** Bytes of one number. */
export function bytesOf(dtype: DataType): number {
  return dtype === 'bool' ? 1 : 4;
}

/** Numbers in the memory. */
export function viewOf(
  dtype: DataType,
  buffer: ArrayBufferLike,
  place: number,
  count: number,
): Float32Array | Int32Array | Uint8Array {
  if (dtype === 'float32') return new Float32Array(buffer, place, count);
  if (dtype === 'int32') return new Int32Array(buffer, place, count);
  return new Uint8Array(buffer, place, count);
}
