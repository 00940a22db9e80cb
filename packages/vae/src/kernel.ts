import { GenaiError } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A radial kernel: from squared distances of vectors of `features` numbers to similarities, elementwise. */
export type Kernel = (squaredDistances: Tensor, features: number) => Tensor;

/** @throws GenaiError unless a kernel's scale is above 0 and finite. */
export function expectScale(where: string, scale: number): void {
  if (scale > 0 && scale < Infinity) return;
  throw new GenaiError(`${where}: a scale must be a finite number above 0, got ${scale}.`);
}
