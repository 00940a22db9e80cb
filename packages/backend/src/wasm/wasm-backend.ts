import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { EngineKernel, KernelCall } from '../kernels/engine-kernel.js';

/** What our kernels use of the class `BackendWasm`: its heap, its table of tensors and its compiled functions. */
export type WasmBackend = {
  readonly wasm: {
    readonly tfjs: { readonly disposeData: (id: number) => void };
    readonly cwrap: (name: string, result: null, args: readonly string[]) => (...args: unknown[]) => void;
    _malloc: (bytes: number) => number;
  };
  readonly dataIdMap: {
    readonly get: (dataId: object) => { readonly id: number; readonly memoryOffset: number };
    readonly delete: (dataId: object) => boolean;
  };
  /** Allocates, or, given an address, enters memory that is allocated already. */
  readonly makeOutput: (shape: number[], dtype: DataType, address?: number) => TensorInfo;
  readonly typedArrayFromHeap: (info: TensorInfo) => Numbers;
  readonly disposeData: (dataId: object) => boolean;
  readonly incRef: (dataId: object) => void;
};

export type WasmKernel = EngineKernel<WasmBackend>;
export type WasmCall = KernelCall<WasmBackend>;

/** Any of the arrays in which a tensor's numbers lie. */
export type Numbers = Float32Array | Int32Array | Uint8Array;

/** Copies `length` numbers from `start` on to `at`. */
export type CopyRun = (start: number, at: number, length: number) => void;

/** How runs are copied between two views of one heap: by the processor's own copy, or, where short, one by one. */
export function runCopier(from: Numbers, to: Numbers): CopyRun {
  const heap = new Uint8Array(from.buffer);
  const bytes = from.BYTES_PER_ELEMENT;
  return (start, at, length) => {
    if (length < 16) {
      for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
    } else {
      const first = from.byteOffset + start * bytes;
      heap.copyWithin(to.byteOffset + at * bytes, first, first + length * bytes);
    }
  };
}

/** The numbers of a float tensor. Allocating may move the heap: take views after the last allocation. */
export function floats(backend: WasmBackend, info: TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(info) as Float32Array;
}

/** A float tensor on the heap; the caller frees it or returns it. */
export function allocate(backend: WasmBackend, shape: readonly number[]): TensorInfo {
  return backend.makeOutput([...shape], 'float32');
}

/** The same numbers under another shape, as a second reference that is freed on its own. */
export function reshaped(backend: WasmBackend, info: TensorInfo, shape: readonly number[]): TensorInfo {
  backend.incRef(info.dataId);
  return { dataId: info.dataId, shape: [...shape], dtype: info.dtype };
}

/**
 * Lends `use` a tensor that is a part of `owner`, from `start` on, without copying it.
 *
 * The engine caches packed weights by tensor number; a fresh number each time keeps it from using stale ones.
 */
export function withPart<R>(
  backend: WasmBackend,
  owner: TensorInfo,
  start: number,
  shape: readonly number[],
  use: (part: TensorInfo) => R,
): R {
  const address = backend.dataIdMap.get(owner.dataId).memoryOffset + 4 * start;
  const part = backend.makeOutput([...shape], 'float32', address);
  try {
    return use(part);
  } finally {
    // Not disposeData: that would free an address inside the owner's block.
    backend.wasm.tfjs.disposeData(backend.dataIdMap.get(part.dataId).id);
    backend.dataIdMap.delete(part.dataId);
  }
}
