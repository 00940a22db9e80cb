import { mapLeaves, type Optimizer, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, div, mul, scalar, sqrt, square, sub, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { leafwise } from './leafwise.js';
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
  return adamWith('adam', learningRate, options, () => undefined);
}

/**
 * Adam that first shrinks the leaves for which `shrink` gives a factor: the common part of {@link adam} and `adamW`.
 *
 * `shrink` is asked once per update, with the learning rate, for a function from path and leaf to the factor.
 */
export function adamWith(
  where: string,
  learningRate: LearningRate,
  { b1 = 0.9, b2 = 0.999, epsilon = 1e-8 }: AdamOptions,
  shrink: (rate: Tensor) => ((path: string, leaf: Tensor) => Tensor | undefined) | undefined,
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
        const discounts = { first: scalar(b1), second: scalar(b2) };
        // Σ βᵏ = (1 − βᵗ) / (1 − β): dividing by it averages and removes the bias at once.
        const first = add(mul(state.counts.first, discounts.first), 1);
        const second = add(mul(state.counts.second, discounts.second), 1);
        const root = sqrt(second);
        const rate = rateAt(learningRate, step);
        // α · (m / n₁) / (√(v / n₂) + ε) = (α √n₂ / n₁) · m / (√v + ε √n₂), so the counts cost nothing per leaf.
        const scaled = { rate: mul(rate, div(root, first)), epsilon: mul(root, epsilon) };
        const factor = shrink(rate);
        const made = leafwise(
          (path, p, g, m, v) => adamLeaf(p, g!, m!, v!, discounts, scaled, factor?.(path, p)),
          params,
          grad,
          state.first,
          state.second,
        );
        return { params: made(0), state: { first: made(1), second: made(2), counts: { first, second } } };
      }),
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
