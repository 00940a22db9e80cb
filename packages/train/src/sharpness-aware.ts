import { GenaiError, leaves, mapTrees, type Objective, type Optimizer, type Step, type Tree } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { add, addN, div, mul, sqrt, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { type Fit, minimize } from './minimize.js';

/** What {@link sharpnessAware} can vary. */
export interface SharpnessAwareOptions {
  /** How far away, in Euclidean distance over all parameters, the gradient is taken: ρ of the paper. Default 0.05. */
  readonly radius?: number;
}

/**
 * As `minimize`, with the gradient of the worst point near the parameters: finds flat minima, for two gradients a step.
 *
 * Its metrics are the scalars of the objective at the parameters before the update, and `sharpness`: by how much the loss
 * is higher at distance `radius` uphill. Both gradients see the same key, and so the same noise.
 *
 * @example
 * const step = sharpnessAware(nll(model), sgd(0.1, { momentum: 0.9 }), { radius: 0.05 });
 * await using run = train(step, { data, steps: 5_000, key: key(0) });
 * @throws GenaiError unless `radius` is above 0.
 * @source Foret et al. 2021, "Sharpness-aware minimization for efficiently improving generalization", algorithm 1.
 */
export function sharpnessAware<
  P extends Tree<Tensor>,
  B = Tensor,
  M extends string = never,
  O extends Tree<Tensor> = Tree<Tensor>,
>(
  objective: Objective<Tensor, P, B, M>,
  optimizer: Optimizer<Tensor, O>,
  { radius = 0.05 }: SharpnessAwareOptions = {},
): Step<Fit<P, O>, B, { readonly [name in M | 'loss' | 'sharpness']: Tensor }> {
  if (!(radius > 0 && Number.isFinite(radius))) {
    throw new GenaiError(`sharpnessAware: radius must be above 0, got ${radius}.`);
  }
  return {
    init: minimize(objective, optimizer).init,
    run: (state, batch, key) =>
      scope(() => {
        const { params, step } = state;
        const gradAt = (p: P) => valueAndGrad((p: P) => objective.loss(p, batch, key, step), p);
        const { values, grad: uphill } = gradAt(params);
        const norm = sqrt(addN(leaves<Tensor>(uphill).map(([, g]) => sum(square(g)))));
        const scale = div(radius, add(norm, 1e-12)); // eq. 2 with p = 2
        const worst = gradAt(mapTrees<Tensor, P>((p, g) => add(p, mul(g!, scale)), params, uphill));
        const next = optimizer.update(worst.grad, state.optimizer, params, step);
        const loss: Tensor = values.loss;
        const sharpness = sub(worst.values.loss, loss);
        return {
          state: { params: next.params, optimizer: next.state, step: add(step, 1) },
          metrics: { ...values, sharpness } as { readonly [name in M | 'loss' | 'sharpness']: Tensor },
        };
      }),
  };
}
