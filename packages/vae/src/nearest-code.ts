import { expectShape, scope, stopGradient } from '@genai/tensor';
import { argMax, matMul, mul, reshape, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The number of the code that lies nearest to each vector: `codes` (codes, width), `z` (…, width) to int32 (…), without
 * gradient. Of two at one distance the first.
 *
 * Distances are one matrix product; it takes as many numbers as there are pairs of vectors and codes.
 *
 * @example
 * const indices = nearestCode(params.codes, z); // z: (batch, 8, 8, 64) → (batch, 8, 8)
 * @throws GenaiError if the last axes differ.
 * @source van den Oord et al. 2017, "Neural discrete representation learning", eq. 1.
 */
export function nearestCode(codes: Tensor, z: Tensor): Tensor {
  const [, width] = expectShape('nearestCode: codes', codes, ['codes', 'width']);
  expectShape('nearestCode: z', z, ['…', width]);
  return scope(() => {
    const e = stopGradient(codes);
    const flat = reshape(stopGradient(z), [z.size / width, width]); // (rows, width)
    // ‖z − e‖² is smallest where z · e − ½ ‖e‖² is largest.
    const closeness = sub(matMul(flat as Tensor<never>, e as Tensor<never>, false, true), mul(sum(square(e), 1), 0.5));
    return reshape(argMax(closeness, 1), z.shape.slice(0, -1));
  });
}
