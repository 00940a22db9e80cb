import { GenaiError, type Objective, type Schedule } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, mean, mul, type Tensor } from '@tensorflow/tfjs-core';
import { drawScored, energyOf } from './draw-scored.js';
import type { Flow } from './flow.js';

/** How {@link reverseKl} draws. */
export interface ReverseKlOptions {
  /** Draws a step: 256 unless given. */
  readonly samples?: number;
  /** Weight of the energy, a number or a schedule that rises to 1 for annealing. 1 unless given. */
  readonly beta?: number | Schedule<Tensor>;
}

/**
 * KL(q ‖ p) up to a constant, in nats, from draws x of the flow q, for a density known by its energy, p(x) ∝ e^(−energy(x)):
 * E_q[log q(x) + energy(x)]. No data are needed; batches are ignored.
 *
 * `energy` takes (samples, …event) and gives (samples). The value is −log Z of the energy where the flow is p.
 * The metric `energy` is its mean over the draws. Draws go through `inverse`: take a flow that is quick that way (couplings, {@link iaf}).
 *
 * @example
 * const doubleWell = (x: Tensor) => square(sub(sum(square(x), -1), 1)); // (samples, 2) → (samples)
 * const step = minimize(reverseKl(iaf({ features: 2 }), doubleWell), adam(1e-3));
 * @throws GenaiError if `samples` is not an integer of at least 1; when applied, if the energy is not one number a draw.
 * @source Rezende and Mohamed 2015, "Variational inference with normalizing flows", eq. 15; annealing: eq. 20.
 */
export function reverseKl<P>(
  flow: Flow<P>,
  energy: (x: Tensor) => Tensor,
  { samples = 256, beta = 1 }: ReverseKlOptions = {},
): Objective<Tensor, P, unknown, 'energy'> {
  if (!Number.isInteger(samples) || samples < 1) {
    throw new GenaiError(`reverseKl: samples must be an integer of at least 1, got ${samples}.`);
  }
  return {
    init: flow.init,
    loss: (params, _batch, key, step) =>
      scope(() => {
        const { x, logProb } = drawScored(flow, params, key, samples);
        const energies = energyOf('reverseKl', energy, x);
        const weighed = mul(energies, typeof beta === 'function' ? beta(step) : beta);
        return { loss: mean(add(logProb, weighed)), energy: mean(energies) };
      }),
  };
}
