import { scope } from '@genai/tensor';
import { add, eye, matMul, mul, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { inverseOfTriangle } from './inverse-of-triangle.js';
import { triangleMask } from './triangle-mask.js';

/**
 * H₁ H₂ … Hₖ of the reflections Hᵢ = I − 2 vᵢ vᵢᵀ / |vᵢ|², vectors: (…, k, features); result: (…, features, features).
 *
 * All at once: it is I − Vᵀ T V with T⁻¹ the part of V Vᵀ above the diagonal and half of its diagonal. A vector of
 * zeros reflects nothing.
 *
 * @source Joffrain et al. 2006, "Accumulating Householder transformations, revisited".
 */
export function householderMatrix(vectors: Tensor): Tensor {
  return scope(() => {
    const [count, features] = vectors.shape.slice(-2) as [number, number];
    const products = matMul(vectors, vectors, false, true); // (…, k, k)
    const half = mul(add(sum(square(vectors), -1), LEAST), 0.5); // (…, k)
    const t = inverseOfTriangle(mul(products, triangleMask(count, 'above')), half); // (…, k, k)
    return sub(eye(features), matMul(matMul(vectors, t, true, false), vectors));
  });
}

/** Far below the square of any vector that has not vanished. */
const LEAST = 1e-12;
