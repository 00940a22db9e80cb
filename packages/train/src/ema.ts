import { GenaiError, mapLeaves, type Step, type Tree } from '@genai/core';
import { isFusedHere, runFused, scope } from '@genai/tensor';
import { add, clone, div, mul, scalar, sub, type Tensor } from '@tensorflow/tfjs-core';
import { columnsOf, leafwise, treeOf } from './leafwise.js';

/** What {@link ema} needs and can vary. */
export interface EmaOptions<P, A = P> {
  /** How much of the average stays at an update. */
  readonly decay: number;
  /** What of the parameters is averaged; all of them unless given. */
  readonly of?: (params: P) => A;
}

/** What {@link ema} adds to a state: the averaged parameters, and the discounted count of what went into them. */
export type Averaged<P> = { average: P; averageCount: Tensor };

/**
 * A step that also keeps an exponential moving average of `state.params`, in `state.average`: often better to sample
 * from than the last parameters.
 *
 * The average is free of bias from its start. After t updates it is Σ decayᵗ⁻ⁱ pᵢ / Σ decayᵗ⁻ⁱ, so it warms up as the
 * plain mean of all parameters so far and forgets only after about `1 / (1 − decay)` updates. The initial parameters
 * carry no weight; before the first update they stand in for the average.
 *
 * @example
 * const step = ema(minimize(elbo(digits), adam(1e-3)), { decay: 0.999 });
 * await using run = train(step, { data, steps: 5_000, key: key(0) });
 * for await (const _ of run);
 * const images = scope(() => digits.given(run.state.average).sample(key(1), [16]));
 * ema(compete(game, { optimizers }), { decay: 0.999, of: ({ generator }) => generator }); // state.average: the generator's
 * @throws GenaiError unless 0 ≤ `decay` < 1.
 * @source Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging"; the correction of the bias as
 * in Kingma & Ba 2015, section 3.
 */
export function ema<S extends { readonly params: Tree<Tensor> }, B, M, A extends Tree<Tensor> = S['params']>(
  step: Step<S, B, M>,
  { decay, of = (params) => params as unknown as A }: EmaOptions<S['params'], A>,
): Step<S & Averaged<A>, B, M> {
  if (!(decay >= 0 && decay < 1)) {
    throw new GenaiError(`ema: decay must be at least 0 and less than 1, got ${decay}.`);
  }
  return {
    init: (key) =>
      scope(() => {
        const state = step.init(key);
        const average = mapLeaves<Tensor, A>(of(state.params), (p) => clone(p));
        return { made: { ...state, average, averageCount: scalar(0) } };
      }).made,
    run: (state, batch, key) =>
      scope(() => {
        const { average, averageCount, ...inner } = state;
        const next = step.run(inner as unknown as S, batch, key);
        const latest = of(next.state.params);
        const columns = columnsOf(average, latest);
        if (isFusedHere('GenaiEma', ...columns.flat())) {
          const [count, ...made] = runFused('GenaiEma', [averageCount, ...columns.flat()], { decay });
          return {
            state: { ...next.state, average: treeOf(average, made), averageCount: count! },
            metrics: next.metrics,
          };
        }
        const count = add(mul(averageCount, decay), 1); // Σ decayᵏ
        const weight = div(1, count); // 1 at the first update, so nothing of the initial parameters stays
        const made = leafwise((_, a, p) => [averageLeaf(a, p!, weight)], average, latest);
        return { state: { ...next.state, average: made(0), averageCount: count }, metrics: next.metrics };
      }),
  };
}

function averageLeaf(average: Tensor, p: Tensor, weight: Tensor): Tensor {
  return add(average, mul(sub(p, average), weight));
}
