import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';

/** 1 strictly above the diagonal, or strictly below it, 0 elsewhere: (n, n). */
export function triangleMask(n: number, side: 'above' | 'below'): Tensor {
  const values = new Float32Array(n * n);
  for (let i = 0; i < n; i++)
    values.fill(1, i * n + (side === 'above' ? i + 1 : 0), i * n + (side === 'above' ? n : i));
  return tensor2d(values, [n, n]);
}
