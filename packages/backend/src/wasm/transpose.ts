import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { identity } from './identity-and-cast.js';
import { transposeTiles } from './mat-mul.js';
import { type Numbers, runCopier, type WasmKernel } from './wasm-backend.js';

/**
 * Permutes axes by copying runs where the last axis stays the last, and by tiles that stay in the cache where not. The
 * stock kernel takes 10 ns a number for large matrices and for five axes, here 1 to 2.
 */
export const transpose: WasmKernel = {
  name: 'Transpose',
  run(call) {
    const { inputs, attrs, backend, stock } = call;
    const { x } = inputs as { x: TensorInfo };
    if (x.dtype === 'string') return stock(call);
    const perm = attrs.perm as number[];
    const shape = perm.map((axis) => x.shape[axis]!);
    const plan = simplified(x.shape, perm);
    if (plan.length <= 1) return { ...(identity.run(call) as TensorInfo), shape };
    const out = backend.makeOutput(shape, x.dtype);
    const from = backend.typedArrayFromHeap(x);
    const to = backend.typedArrayFromHeap(out);
    if (to.length > 0) permute(from, to, plan);
    return out;
  },
};

/** An axis of the result: its size, and how far apart its steps are in x and in the result. */
type Axis = { size: number; readonly from: number; readonly to: number };

/** The axes of the result, without those of size 1, neighbours that stay neighbours made one. */
function simplified(shape: readonly number[], perm: readonly number[]): Axis[] {
  const strides = [...util.computeStrides([...shape]), 1];
  const axes: Axis[] = [];
  let to = 1;
  for (const axis of [...perm].reverse()) {
    const size = shape[axis]!;
    const inner = axes[0];
    if (size !== 1) {
      if (inner && strides[axis]! === inner.from * inner.size) inner.size *= size;
      else axes.unshift({ size, from: strides[axis]!, to });
    }
    to *= size;
  }
  return axes;
}

function permute(from: Numbers, to: Numbers, axes: readonly Axis[]): void {
  const last = axes.at(-1)!;
  const runs = last.from === 1; // the last axis of x is that of the result too
  const inner = runs ? [last] : [axes.find((axis) => axis.from === 1)!, last];
  const outer = axes.filter((axis) => !inner.includes(axis));
  const copy = runCopier(from, to);
  const visit = (depth: number, start: number, at: number): void => {
    const axis = outer[depth];
    if (axis) for (let i = 0; i < axis.size; i++) visit(depth + 1, start + i * axis.from, at + i * axis.to);
    else if (runs) copy(start, at, last.size);
    else transposeTiles(from, start, last.size, inner[0]!.size, last.from, to, at, inner[0]!.to);
  };
  visit(0, 0, 0);
}
