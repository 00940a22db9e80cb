import { type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../simd-backend.js';
import { bytesOf } from '../tensor-record.js';

/** A dimension of a move: its size, and by how many elements the target and the source step along it. */
export type MoveDim = readonly [size: number, toStep: number, fromStep: number];

/** Copies elements from one tensor into another: those that `dims` reach from the first ones. The rest of `to` stays. */
export function moveElements(
  backend: SimdBackend,
  to: TensorInfo,
  from: TensorInfo,
  dims: readonly MoveDim[],
  { toFirst = 0, fromFirst = 0 }: { readonly toFirst?: number; readonly fromFirst?: number } = {},
): void {
  const moving = dims.filter(([size]) => size !== 1);
  if (moving.some(([size]) => size === 0)) return;
  backend.launch('move', [to], [from], [bytesOf(to.dtype), toFirst, fromFirst, moving.length, ...moving.flat()]);
}

/** Whether `op_move` can do this: numbers, of few dimensions. */
export function canMove(dtype: DataType, dims = 0): boolean {
  return isNumeric(dtype) && dims <= MOST_DIMS;
}

export function isNumeric(dtype: DataType): boolean {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

/** By how many elements each dimension of a dense tensor steps. */
export function stepsOf(shape: readonly number[]): number[] {
  const steps = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    steps[i] = step;
    step *= shape[i]!;
  }
  return steps;
}

/** x with its dimensions in the order of `perm`; the same data where that moves nothing. */
export function transposed(backend: SimdBackend, x: TensorInfo, perm: readonly number[]): TensorInfo {
  const shape = perm.map((axis) => x.shape[axis]!);
  const order = perm.filter((axis) => x.shape[axis] !== 1);
  if (order.every((axis, i) => i === 0 || order[i - 1]! < axis)) return backend.share(x, shape);
  const out = backend.output(shape, x.dtype);
  const [toSteps, fromSteps] = [stepsOf(shape), stepsOf(x.shape)];
  moveElements(
    backend,
    out,
    x,
    perm.map((axis, i) => [shape[i]!, toSteps[i]!, fromSteps[axis]!]),
  );
  return out;
}

/** The part of x from `begin`, `size` elements along each dimension, each `strides` (1) from the one before. */
export function sliced(
  backend: SimdBackend,
  x: TensorInfo,
  begin: readonly number[],
  size: readonly number[],
  strides?: readonly number[],
): TensorInfo {
  if (!strides && util.arraysEqual(x.shape, size as number[])) return backend.share(x, size);
  const out = backend.output(size, x.dtype);
  const [toSteps, fromSteps] = [stepsOf(size), stepsOf(x.shape)];
  const fromFirst = begin.reduce((sum, at, i) => sum + at * fromSteps[i]!, 0);
  const dims = size.map((n, i): MoveDim => [n, toSteps[i]!, fromSteps[i]! * (strides?.[i] ?? 1)]);
  moveElements(backend, out, x, dims, { fromFirst });
  return out;
}

const MOST_DIMS = 12;
