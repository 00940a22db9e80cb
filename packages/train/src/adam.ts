import { leaves, mapLeaves, type Optimizer, type Tree } from '@genai/core';
import { isFusedHere, runFused, scope } from '@genai/tensor';
import { add, div, mul, scalar, sqrt, square, sub, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { columnsOf, leafwise, treeOf } from './leafwise.js';
import { expectDiscount, expectNotNegative, expectRate, type LearningRate, rateAt } from './learning-rate.js';

/**
 * Discounted sums, not averages: `first` of the gradients, `second` of their squares, and the discounted `counts` of
 * both. `first / counts.first` is the unbiased first moment of the paper, m̂.
 */
export type AdamState = {
  first: Tree<Tensor>;
  second: Tree<Tensor>;
  counts: { first: Tensor; second: Tensor };
};

/** What {@link adam} can vary. */
export interface AdamOptions {
  /** Discount of the first moment; default 0.9. */
  readonly b1?: number;
  /** Discount of the second moment; default 0.999. */
  readonly b2?: number;
  /** Added to the root of the second moment; default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Adam: each parameter moves by its mean gradient over the root of its mean squared gradient; equal to
 * `torch.optim.Adam`.
 *
 * @example
 * minimize(objective, adam(1e-3));
 * minimize(objective, adam(warmupCosine({ peak: 3e-4, warmup: 100, steps: 5_000 }), { b2: 0.95 }));
 * @throws GenaiError if a number is out of its range.
 * @source Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 1.
 */
export function adam(learningRate: LearningRate, options: AdamOptions = {}): Optimizer<Tensor, AdamState> {
  return adamWith('adam', learningRate, options);
}

/** Which leaves shrink, and by what, before Adam moves them. */
export interface Decay {
  /** Times the learning rate: the part of a leaf that goes. */
  readonly weightDecay: number;
  readonly decays: (path: string, leaf: Tensor) => boolean;
}

/** Adam that first shrinks the leaves that decay: the common part of {@link adam} and `adamW`. */
export function adamWith(
  where: string,
  learningRate: LearningRate,
  { b1 = 0.9, b2 = 0.999, epsilon = 1e-8 }: AdamOptions,
  { weightDecay, decays }: Decay = { weightDecay: 0, decays: () => false },
): Optimizer<Tensor, AdamState> {
  expectRate(where, learningRate);
  expectDiscount(where, 'b1', b1);
  expectDiscount(where, 'b2', b2);
  expectNotNegative(where, 'epsilon', epsilon);
  const zeros = (params: Tree<Tensor>): Tree<Tensor> => mapLeaves<Tensor, Tree<Tensor>>(params, (p) => zerosLike(p));
  return {
    init: (params) => ({
      first: zeros(params),
      second: zeros(params),
      counts: { first: scalar(0), second: scalar(0) },
    }),
    update: (grad, state, params, step) =>
      scope(() => {
        const decaying = (path: string, leaf: Tensor): boolean => weightDecay !== 0 && decays(path, leaf);
        if (isFusedHere('GenaiAdam', ...leaves<Tensor>(params).map(([, leaf]) => leaf))) {
          return fusedAdam(learningRate, { b1, b2, epsilon, weightDecay }, decaying, grad, state, params, step);
        }
        const discounts = { first: scalar(b1), second: scalar(b2) };
        // Σ βᵏ = (1 − βᵗ) / (1 − β): dividing by it averages and removes the bias at once.
        const first = add(mul(state.counts.first, discounts.first), 1);
        const second = add(mul(state.counts.second, discounts.second), 1);
        const root = sqrt(second);
        const rate = rateAt(learningRate, step);
        // α · (m / n₁) / (√(v / n₂) + ε) = (α √n₂ / n₁) · m / (√v + ε √n₂), so the counts cost nothing per leaf.
        const scaled = { rate: mul(rate, div(root, first)), epsilon: mul(root, epsilon) };
        const factor = sub(1, mul(rate, weightDecay));
        const made = leafwise(
          (path, p, g, m, v) => adamLeaf(p, g!, m!, v!, discounts, scaled, decaying(path, p) ? factor : undefined),
          params,
          grad,
          state.first,
          state.second,
        );
        return { params: made(0), state: { first: made(1), second: made(2), counts: { first, second } } };
      }),
  };
}

/** The same in one kernel for the whole tree, where the engine has it. */
function fusedAdam<P extends Tree<Tensor>>(
  learningRate: LearningRate,
  numbers: { b1: number; b2: number; epsilon: number; weightDecay: number },
  decaying: (path: string, leaf: Tensor) => boolean,
  grad: P,
  { first, second, counts }: AdamState,
  params: P,
  step: Tensor,
): { params: P; state: AdamState } {
  const columns = columnsOf(params, grad, first, second);
  const count = columns[0]!.length;
  const isNumber = typeof learningRate === 'number';
  const rates = isNumber ? [] : [rateAt(learningRate, step)];
  const made = runFused('GenaiAdam', [counts.first, counts.second, ...rates, ...columns.flat()], {
    ...numbers,
    ...(isNumber && { rate: learningRate }),
    decays: leaves<Tensor>(params).map(([path, leaf]) => decaying(path, leaf)),
  });
  const leavesOf = (column: number): Tensor[] => made.slice(2 + column * count, 2 + (column + 1) * count);
  return {
    params: treeOf(params, leavesOf(0)),
    state: {
      first: treeOf<Tree<Tensor>>(params, leavesOf(1)),
      second: treeOf<Tree<Tensor>>(params, leavesOf(2)),
      counts: { first: made[0]!, second: made[1]! },
    },
  };
}

/** The whole update of one leaf, in ten operations (eleven with decay). */
function adamLeaf(
  p: Tensor,
  g: Tensor,
  m: Tensor,
  v: Tensor,
  discounts: { first: Tensor; second: Tensor },
  scaled: { rate: Tensor; epsilon: Tensor },
  factor: Tensor | undefined,
): [p: Tensor, m: Tensor, v: Tensor] {
  const first = add(mul(m, discounts.first), g);
  const second = add(mul(v, discounts.second), square(g));
  const move = mul(div(first, add(sqrt(second), scaled.epsilon)), scaled.rate);
  return [sub(factor ? mul(p, factor) : p, move), first, second];
}
