import { GenaiError, mapLeaves, type Optimizer, sizeOf, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import {
  add,
  div,
  matMul,
  mul,
  reshape,
  scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { leafwise } from './leafwise.js';
import { expectDiscount, expectNotNegative, expectRate, type LearningRate, rateAt } from './learning-rate.js';

/** The discounted sum of the gradients. */
export type MuonState = { momentum: Tree<Tensor> };

/** What {@link muon} can vary. */
export interface MuonOptions {
  /** Discount of the momentum; default 0.95. */
  readonly momentum?: number;
  /** Looks ahead along the new momentum; default true. */
  readonly nesterov?: boolean;
  /** Each update multiplies a parameter by `1 − learningRate · weightDecay`; default 0. */
  readonly weightDecay?: number;
}

/**
 * Muon: each matrix moves by its momentum with all its singular values drawn to about 1, so that no direction is left behind.
 *
 * It is for the matrices (inputs, outputs) of hidden layers, and their filters (…, inputs, outputs), which count as matrices of all
 * places and inputs; embeddings, last layers, biases and norms are left to another optimizer by `grouped`. A matrix moves by the
 * learning rate times √max(1, outputs / inputs).
 *
 * @example
 * const hidden = (path: string, leaf: Tensor): boolean => path.startsWith('blocks.') && leaf.rank === 2;
 * minimize(nll(model), grouped({ when: hidden, optimizer: muon(0.02) }, { optimizer: adamW(3e-4) }));
 * @throws GenaiError if a number is out of its range; when used, if a leaf has fewer than two axes.
 * @source Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks".
 */
export function muon(
  learningRate: LearningRate,
  { momentum = 0.95, nesterov = true, weightDecay = 0 }: MuonOptions = {},
): Optimizer<Tensor, MuonState> {
  expectRate('muon', learningRate);
  expectDiscount('muon', 'momentum', momentum);
  expectNotNegative('muon', 'weightDecay', weightDecay);
  return {
    init: (params) => ({
      momentum: mapLeaves<Tensor, Tree<Tensor>>(params, (leaf, path) => {
        expectMatrix(leaf, path);
        return zerosLike(leaf);
      }),
    }),
    update: (grad, state, params, step) =>
      scope(() => {
        const rate = rateAt(learningRate, step);
        const discount = scalar(momentum);
        const kept = sub(1, mul(rate, weightDecay));
        const made = leafwise(
          (path, p, g, m) => {
            const [inputs, outputs] = expectMatrix(p, path);
            const sums = add(mul(m!, discount), g!);
            const ahead = nesterov ? add(g!, mul(sums, discount)) : sums;
            const direction = reshape(orthogonalised(reshape(ahead, [inputs, outputs])), p.shape);
            const move = mul(direction, mul(rate, Math.sqrt(Math.max(1, outputs / inputs))));
            return [sub(weightDecay ? mul(p, kept) : p, move), sums];
          },
          params,
          grad,
          state.momentum,
        );
        return { params: made(0), state: { momentum: made(1) } };
      }),
  };
}

/** Coefficients of the steps, chosen by Jordan et al. to draw small singular values up fast; they end between about 0.7 and 1.2. */
const [A, B, C] = [3.4445, -4.775, 2.0315];
const STEPS = 5;

/** U · Vᵀ of a matrix U · Σ · Vᵀ, about, by Newton–Schulz steps X ← a X + (b X Xᵀ + c (X Xᵀ)²) X. */
function orthogonalised(matrix: Tensor): Tensor {
  const [rows, columns] = matrix.shape as [number, number];
  const tall = rows > columns; // the shorter side makes the smaller product
  const start = tall ? transpose(matrix) : matrix;
  let x = div(start, add(sqrt(sum(square(start))), 1e-7));
  for (let step = 0; step < STEPS; step++) {
    const gram = matMul(x, x, false, true);
    const polynomial = add(mul(gram, B), mul(matMul(gram, gram), C));
    x = add(mul(x, A), matMul(polynomial, x));
  }
  return tall ? transpose(x) : x;
}

/** The sizes of a leaf as a matrix: all axes but the last are inputs. */
function expectMatrix({ shape }: Tensor, path: string): readonly [inputs: number, outputs: number] {
  if (shape.length >= 2) return [sizeOf(shape.slice(0, -1)), shape.at(-1)!];
  throw new GenaiError(
    `muon: "${path}" has shape [${shape.join(', ')}], expected a matrix or a filter. Give others to another optimizer by \`grouped\`.`,
  );
}
