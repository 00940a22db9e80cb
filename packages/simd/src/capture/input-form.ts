import type { Tensor } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../simd-backend.js';

/** All of inputs that decides what a function computes with them, save their numbers. */
export class InputForm {
  readonly #leaves: readonly { path: string; shape: readonly number[]; dtype: string; stored: string; first: number }[];

  constructor(found: readonly [string, Tensor][], backend: SimdBackend) {
    const first = firsts(found);
    this.#leaves = found.map(([path, { dataId, shape, dtype }], i) => ({
      path,
      shape: [...shape],
      dtype,
      stored: backend.recordOf(dataId).dtype,
      first: first[i]!,
    }));
  }

  fits(found: readonly [string, Tensor][], backend: SimdBackend): boolean {
    if (found.length !== this.#leaves.length) return false;
    const first = firsts(found);
    return found.every(([path, { dataId, shape, dtype }], i) => {
      const leaf = this.#leaves[i]!;
      return (
        first[i] === leaf.first &&
        dtype === leaf.dtype &&
        shape.length === leaf.shape.length &&
        shape.every((size, axis) => size === leaf.shape[axis]) &&
        path === leaf.path &&
        backend.recordOf(dataId).dtype === leaf.stored
      );
    });
  }
}

/** For each leaf the first that has the same data: leaves may share them. */
function firsts(found: readonly [string, Tensor][]): number[] {
  const seen = new Map<object, number>();
  return found.map(([, { dataId }], i) => {
    const first = seen.get(dataId);
    if (first !== undefined) return first;
    seen.set(dataId, i);
    return i;
  });
}
