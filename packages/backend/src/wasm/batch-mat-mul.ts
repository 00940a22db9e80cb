import { broadcast_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { matMul, transposeInto } from './mat-mul.js';
import { allocate, floats, reshaped, type WasmBackend, type WasmKernel, withPart } from './wasm-backend.js';

/**
 * matMul with transposes and batches: transposed explicitly, then one plain product a matrix.
 *
 * a: (…, m, k) or (…, k, m), b: (…, k, n) or (…, n, k) → (…, m, n), the leading sizes broadcast. Stands in for a stock
 * kernel that computes a transpose or a batch at 1–3 GFLOP/s and a plain product at 12–40.
 */
export const batchMatMul: WasmKernel = {
  name: 'BatchMatMul',
  run(call) {
    const { inputs, attrs, backend, stock } = call;
    const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
    const { transposeA = false, transposeB = false } = attrs as { transposeA?: boolean; transposeB?: boolean };
    const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
    const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
    const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
    const n = transposeB ? rowsB : columnsB;
    const batchA = a.shape.slice(0, -2);
    const batchB = b.shape.slice(0, -2);
    const batch = broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
    const shape = [...batch, m, n];
    const size = { m, k, n, batch: util.sizeFromShape(batch), a: util.sizeFromShape(batchA) };
    const shared = util.sizeFromShape(batchB) === 1; // one b for every a: a single product of all rows

    const supported = a.dtype === 'float32' && b.dtype === 'float32' && util.sizeFromShape(shape) > 0 && k > 0;
    const broadcasts = !util.arraysEqual(batchA, batchB) && size.a > 1 && !shared; // the stock kernel gets this wrong
    const plain = !transposeA && !transposeB && size.batch === 1;
    if (!supported || plain || (!broadcasts && !worthwhile(size, shared))) return stock(call);

    const out = allocate(backend, shape);
    const left = transposeA ? transposed(backend, a, size.a, k, m) : reshaped(backend, a, [size.a, m, k]);
    const right = transposeB
      ? transposed(backend, b, util.sizeFromShape(batchB), n, k)
      : reshaped(backend, b, [util.sizeFromShape(batchB), k, n]);
    try {
      if (shared) {
        matMul(
          backend,
          { ...left, shape: [size.a * m, k] },
          { ...right, shape: [k, n] },
          { ...out, shape: [size.a * m, n] },
        );
      } else {
        const indexA = broadcastIndex(batch, batchA);
        const indexB = broadcastIndex(batch, batchB);
        for (let i = 0; i < size.batch; i++) {
          withPart(backend, left, indexA[i]! * m * k, [m, k], (x) =>
            withPart(backend, right, indexB[i]! * k * n, [k, n], (y) =>
              withPart(backend, out, i * m * n, [m, n], (z) => matMul(backend, x, y, z)),
            ),
          );
        }
      }
      return out;
    } finally {
      backend.disposeData(left.dataId);
      backend.disposeData(right.dataId);
    }
  },
};

type Size = { readonly m: number; readonly k: number; readonly n: number; readonly batch: number; readonly a: number };

/** Matrices smaller than about 17 × 17 are faster in the stock loop (measured: 3 µs a call, 17 GFLOP/s against 2.6). */
function worthwhile({ m, k, n, batch }: Size, shared: boolean): boolean {
  const flops = 2 * batch * m * k * n;
  const stock = flops / 2.6; // ns
  const ours = flops / 17 + 3_000 * (shared ? 1 : batch) + batch * (m * k + k * n); // 1 ns to transpose a number
  return ours < stock;
}

/** A copy of `count` matrices (rows, columns), each transposed. */
function transposed(backend: WasmBackend, x: TensorInfo, count: number, rows: number, columns: number): TensorInfo {
  const out = allocate(backend, [count, columns, rows]);
  const from = floats(backend, x);
  const to = floats(backend, out);
  for (let i = 0; i < count; i++) transposeInto(from, rows, columns, to, i * rows * columns);
  return out;
}

/** For each element of the broadcast shape, the flat index of the element of `own` that it reads. */
function broadcastIndex(shape: readonly number[], own: readonly number[]): Int32Array {
  const index = new Int32Array(util.sizeFromShape([...shape]));
  const strides = util.computeStrides([...own, 1]);
  const offset = shape.length - own.length;
  for (let i = 0; i < index.length; i++) {
    let rest = i;
    for (let d = shape.length - 1; d >= 0; d--) {
      const at = rest % shape[d]!;
      rest = Math.floor(rest / shape[d]!);
      if (d >= offset && own[d - offset]! > 1) index[i]! += at * strides[d - offset]!;
    }
  }
  return index;
}
