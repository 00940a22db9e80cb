import { scope } from '@genai/tensor';
import { div, expandDims, eye, matMul, mul, sub, type Tensor, tensor2d } from '@tensorflow/tfjs-core';

/**
 * (N + diag d)⁻¹ of a lower or an upper triangle: N strictly below or above the diagonal, (…, n, n), d: (…, n).
 *
 * Blocks on the diagonal are inverted at once and double in size: of [A 0; B C] with D = diag(A⁻¹, C⁻¹) the inverse is
 * D − D [0 0; B 0] D. So it takes 2 ⌈log₂ n⌉ products and is as exact as substitution.
 */
export function inverseOfTriangle(strict: Tensor, diagonal: Tensor): Tensor {
  return scope(() => {
    const n = diagonal.shape.at(-1)!;
    let inverse: Tensor = div(eye(n), expandDims(diagonal, -1)); // (…, n, n)
    for (let size = 1; size < n; size *= 2) {
      const between = mul(strict, besideBlocks(n, size));
      inverse = sub(inverse, matMul(matMul(inverse, between), inverse));
    }
    return inverse;
  });
}

/** 1 where blocks of twice `size`, a power of two, on the diagonal reach and those of `size` do not, (n, n). */
function besideBlocks(n: number, size: number): Tensor {
  const values = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    const start = (Math.floor(i / size) ^ 1) * size; // of the other block of the pair
    values.fill(1, i * n + Math.min(start, n), i * n + Math.min(start + size, n));
  }
  return tensor2d(values, [n, n]);
}
