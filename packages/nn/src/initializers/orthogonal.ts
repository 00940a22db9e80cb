import { GenaiError, randomNormal, sizeOf } from '@genai/core';
import { tensor } from '@tensorflow/tfjs-core';
import type { Initializer } from './initializer.js';

/**
 * A random orthogonal matrix times `gain`: columns are orthonormal where there are no more of them than rows, else rows are.
 *
 * A filter `[height, width, inputs, outputs]` is taken as the matrix of its last dimension against all others.
 * Keeps the length of what passes through, which is what recurrent weights need.
 *
 * @example
 * dense(64, 64, { initializer: orthogonal(Math.SQRT2) });
 * @throws GenaiError if `gain` is not finite, or the shape has fewer than two dimensions.
 * @source Saxe et al. 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks";
 * Mezzadri 2007, "How to generate random matrices from the classical compact groups" (why the signs must be fixed).
 */
export function orthogonal(gain = 1): Initializer {
  if (!Number.isFinite(gain)) throw new GenaiError(`orthogonal: gain must be finite, got ${gain}.`);
  return (key, shape) => {
    if (shape.length < 2) {
      throw new GenaiError(`orthogonal: got shape [${shape.join(', ')}], expected at least two dimensions.`);
    }
    const columns = shape.at(-1)!;
    const rows = sizeOf(shape) / (columns || 1);
    const count = Math.min(rows, columns);
    const length = Math.max(rows, columns);
    const noise = randomNormal(key, rows * columns);
    const basis = Array.from({ length: count }, (_, i) =>
      Float64Array.from(noise.subarray(i * length, (i + 1) * length)),
    );
    orthonormalize(basis);
    const values = new Float32Array(rows * columns);
    const [vectorStride, elementStride] = columns <= rows ? [1, columns] : [columns, 1];
    for (const [i, vector] of basis.entries()) {
      for (let j = 0; j < length; j++) values[i * vectorStride + j * elementStride] = gain * vector[j]!;
    }
    return tensor(values, [...shape], 'float32');
  };
}

/**
 * Gram–Schmidt in place. Dividing by a positive length leaves the diagonal of R positive, which makes the result uniform
 * over all orthogonal matrices (Haar).
 */
function orthonormalize(basis: readonly Float64Array[]): void {
  for (const [i, vector] of basis.entries()) {
    const before = Math.sqrt(dot(vector, vector));
    subtractProjections(vector, basis, i);
    // What little is left of a vector has lost digits to cancellation: a second pass is then needed, and enough.
    if (Math.sqrt(dot(vector, vector)) < before / 10) subtractProjections(vector, basis, i);
    const length = Math.sqrt(dot(vector, vector));
    for (let j = 0; j < vector.length; j++) vector[j]! /= length;
  }
}

function subtractProjections(vector: Float64Array, basis: readonly Float64Array[], count: number): void {
  for (let k = 0; k < count; k++) {
    const unit = basis[k]!;
    const component = dot(vector, unit);
    for (let j = 0; j < vector.length; j++) vector[j]! -= component * unit[j]!;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
}
