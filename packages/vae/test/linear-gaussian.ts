import type { Model } from '@genai/core';
import { type Independent, independent, type Normal, normal, standardNormal } from '@genai/distributions';
import { add, broadcastTo, fill, matMul, mul, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { vae } from '../src/vae.js';

// Probabilistic PCA: z ~ N(0, I₂), x | z ~ N(W z + b, σ² I₃). The columns of W are orthogonal, so that the posterior
// N((WᵀW + σ² I)⁻¹ Wᵀ (x − b), σ² (WᵀW + σ² I)⁻¹) has a diagonal covariance and the encoder is exact.
export const W = [
  [1, 1],
  [-1, 1],
  [0.5, 0],
] as const;
export const B = [0.3, -0.2, 0.1] as const;
export const SIGMA = 0.6;
const SQUARES = [2.25, 2]; // of the lengths of the columns

/** (WᵀW + σ² I)⁻¹, its diagonal. */
export const GAIN: readonly number[] = SQUARES.map((square) => 1 / (square + SIGMA ** 2));

/** W Wᵀ + σ² I, the covariance of x. */
export const COVARIANCE: readonly (readonly number[])[] = W.map((row, i) =>
  W.map((other, j) => row[0] * other[0] + row[1] * other[1] + (i === j ? SIGMA ** 2 : 0)),
);

type Given = Model<Record<string, never>, Independent<Normal>, Tensor>;

const encoder: Given = {
  init: () => ({}),
  given: (_params, x) => {
    const centred = add(x, tensor1d(B.map((b) => -b)));
    const loc = matMul(centred as never, tensor2d(W.map((row) => row.map((w, j) => w * GAIN[j]!)))); // (batch, 2)
    const scale = mul(tensor1d(GAIN.map((g) => SIGMA * Math.sqrt(g))), 1);
    return independent(normal(loc, broadcastTo(scale, loc.shape)), 1);
  },
};

const decoder: Given = {
  init: () => ({}),
  given: (_params, z) => {
    const loc = add(matMul(z as never, tensor2d(W.map((row) => [...row])), false, true), tensor1d([...B])); // (batch, 3)
    return independent(normal(loc, fill(loc.shape, SIGMA)), 1);
  },
};

export const linearGaussian = vae({ encoder, decoder, prior: standardNormal(2) });
export const NONE = { encoder: {}, decoder: {}, prior: {} };

/** Mean and covariance of rows of numbers. */
export function moments(values: ArrayLike<number>, width: number): { mean: number[]; covariance: number[][] } {
  const count = values.length / width;
  const average = (f: (row: number) => number): number => {
    let sum = 0;
    for (let r = 0; r < count; r++) sum += f(r);
    return sum / count;
  };
  const mean = Array.from({ length: width }, (_, i) => average((r) => values[r * width + i]!));
  const covariance = mean.map((m, i) =>
    mean.map((n, j) => average((r) => (values[r * width + i]! - m) * (values[r * width + j]! - n))),
  );
  return { mean, covariance };
}
