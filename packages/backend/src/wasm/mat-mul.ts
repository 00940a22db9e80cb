import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Numbers, WasmBackend } from './wasm-backend.js';

/**
 * out = a · b for one pair of row-major float matrices, the only product that the stock engine computes fast
 * (12–40 GFLOP/s; 1–3 with a transpose or a batch).
 */
export function matMul(backend: WasmBackend, a: TensorInfo, b: TensorInfo, out: TensorInfo): void {
  const id = (info: TensorInfo): number => backend.dataIdMap.get(info.dataId).id;
  const shape = (info: TensorInfo): Uint8Array => new Uint8Array(new Int32Array([1, ...info.shape]).buffer);
  compiled(backend)(id(a), shape(a), 3, id(b), shape(b), 3, 0, 0, id(out));
}

/** out (columns, rows) = the transpose of x (rows, columns), both from `offset` on. */
export function transposeInto(x: Float32Array, rows: number, columns: number, out: Float32Array, offset = 0): void {
  transposeTiles(x, offset, rows, columns, columns, out, offset, rows);
}

/**
 * out[at + j · outStride + i] = x[start + i · stride + j] for i < rows, j < columns, in tiles that stay in the cache.
 */
export function transposeTiles(
  x: Numbers,
  start: number,
  rows: number,
  columns: number,
  stride: number,
  out: Numbers,
  at: number,
  outStride: number,
): void {
  const TILE = 16;
  for (let i0 = 0; i0 < rows; i0 += TILE) {
    const i1 = Math.min(i0 + TILE, rows);
    for (let j0 = 0; j0 < columns; j0 += TILE) {
      const j1 = Math.min(j0 + TILE, columns);
      for (let j = j0; j < j1; j++) {
        const row = at + j * outStride;
        const column = start + j;
        for (let i = i0; i < i1; i++) out[row + i] = x[column + i * stride]!;
      }
    }
  }
}

type Compiled = (...args: unknown[]) => void;
const functions = /* @__PURE__ */ new WeakMap<WasmBackend, Compiled>();

function compiled(backend: WasmBackend): Compiled {
  let run = functions.get(backend);
  if (!run) {
    const n = 'number';
    // a, its shape, rank; b, its shape, rank; transposeA, transposeB, out
    run = backend.wasm.cwrap('BatchMatMul', null, [n, 'array', n, n, 'array', n, n, n, n]);
    functions.set(backend, run);
  }
  return run;
}
