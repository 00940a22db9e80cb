import { GenaiError, mapLeaves, type Optimizer, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import {
  add,
  div,
  maximum,
  mean,
  minimum,
  mul,
  pow,
  rsqrt,
  scalar,
  sqrt,
  square,
  sub,
  type Tensor,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { leafwise } from './leafwise.js';
import { expectNotNegative, expectRate, type LearningRate, rateAt } from './learning-rate.js';

/**
 * Running means of the squared gradient: of a matrix (…, rows, columns) in `rows` (…, rows, 1) and in `columns`
 * (…, 1, columns); of a vector or scalar all entries in `rows`, and nothing but a zero in `columns`.
 */
export type AdafactorState = { rows: Tree<Tensor>; columns: Tree<Tensor> };

/** What {@link adafactor} can vary. */
export interface AdafactorOptions {
  /** How fast the discount of the means comes near 1: it is 1 − t^−decay at update t. Default 0.8. */
  readonly decay?: number;
  /** The size of an update, as the root of its mean square, above which it is clipped; default 1. */
  readonly clip?: number;
  /** The least size of a parameter that counts for its rate; default 1e-3. */
  readonly least?: number;
  /** Each update multiplies a parameter by `1 − learningRate · weightDecay`; default 0. */
  readonly weightDecay?: number;
}

/**
 * Adafactor: as Adam without momentum, with the memory of a row and a column for each matrix, and rates in relation to the size
 * of a parameter; equal to `torch.optim.Adafactor`. Rates above `1 / √t` are lowered to that.
 *
 * @example
 * minimize(nll(gpt), adafactor(0.01));
 * @throws GenaiError if a number is out of its range.
 * @source Shazeer & Stern 2018, "Adafactor: adaptive learning rates with sublinear memory cost", algorithms 4 and 5.
 */
export function adafactor(
  learningRate: LearningRate,
  { decay = 0.8, clip = 1, least = 1e-3, weightDecay = 0 }: AdafactorOptions = {},
): Optimizer<Tensor, AdafactorState> {
  expectRate('adafactor', learningRate);
  expectNotNegative('adafactor', 'decay', decay);
  expectNotNegative('adafactor', 'least', least);
  expectNotNegative('adafactor', 'weightDecay', weightDecay);
  if (!(clip > 0)) throw new GenaiError(`adafactor: clip must be above 0, got ${clip}.`);
  return {
    init: (params) =>
      scope(() => ({
        rows: mapLeaves<Tensor, Tree<Tensor>>(params, (p) => (p.rank < 2 ? zerosLike(p) : zeros(without(p, -1)))),
        columns: mapLeaves<Tensor, Tree<Tensor>>(params, (p) => (p.rank < 2 ? scalar(0) : zeros(without(p, -2)))),
      })),
    update: (grad, state, params, step) =>
      scope(() => {
        const rate = rateAt(learningRate, step);
        const t = add(step, 1);
        const share = pow(t, -decay); // 1 − β₂ₜ
        const relative = minimum(rate, rsqrt(t)); // ρₜ
        const kept = sub(1, mul(rate, weightDecay));
        const made = leafwise(
          (_, p, g, r, c) => {
            const { rows, columns, estimate } = moments(g!, r!, c!, share);
            const update = div(g!, sqrt(maximum(estimate, EPSILON ** 2)));
            const clipped = div(update, maximum(div(rootMeanSquare(update), clip), 1));
            const size = mul(maximum(rootMeanSquare(p), least), relative); // αₜ
            return [sub(weightDecay ? mul(p, kept) : p, mul(clipped, size)), rows, columns];
          },
          params,
          grad,
          state.rows,
          state.columns,
        );
        return { params: made(0), state: { rows: made(1), columns: made(2) } };
      }),
  };
}

/** Of float32, as in torch: its square is still a number of the dtype. */
const EPSILON = 2 ** -23;

/** The shape with one entry along an axis. */
function without(leaf: Tensor, axis: -1 | -2): number[] {
  return leaf.shape.map((size, i) => (i === leaf.rank + axis ? 1 : size));
}

/** The new means, and from them the mean square of each entry: of a matrix the product of rank one that has the same means. */
function moments(
  g: Tensor,
  rows: Tensor,
  columns: Tensor,
  share: Tensor,
): { rows: Tensor; columns: Tensor; estimate: Tensor } {
  const squares = square(g);
  const towards = (from: Tensor, to: Tensor): Tensor => add(from, mul(sub(to, from), share));
  if (g.rank < 2) {
    const entries = towards(rows, squares);
    return { rows: entries, columns, estimate: entries };
  }
  const [r, c] = [towards(rows, mean(squares, -1, true)), towards(columns, mean(squares, -2, true))];
  return { rows: r, columns: c, estimate: mul(div(r, maximum(mean(r, -2, true), EPSILON)), c) };
}

function rootMeanSquare(x: Tensor): Tensor {
  return sqrt(mean(square(x)));
}
