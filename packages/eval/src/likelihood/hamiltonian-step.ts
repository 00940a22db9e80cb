import { type Key, split } from '@genai/core';
import { normalNoise, scope, uniformNoise, valueAndGrad } from '@genai/tensor';
import {
  add,
  exp,
  less,
  lessEqual,
  minimum,
  mul,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { LatentModel } from './latent-model.js';

/** Rows after a step of {@link hamiltonianStep}. */
export type Moved = {
  /** (rows, …latents) */
  readonly z: Tensor;
  /** log p(x | z) there in nats, (rows). */
  readonly logLikelihood: Tensor;
  /** How likely each row's proposal was accepted, (rows). */
  readonly acceptance: Tensor;
};

/** What a step needs beside the rows. */
export interface HamiltonianStepOptions {
  readonly key: Key;
  /** How far the likelihood is turned on. */
  readonly beta: number;
  /** (rows), each row's. */
  readonly stepSize: Tensor;
  readonly leapfrogs: number;
}

/**
 * One step of Hamiltonian Monte Carlo for each row, which leaves p(z) p(x | z)^β as it is.
 *
 * @source Neal 2011, "MCMC using Hamiltonian dynamics", section 5.3.2 (masses of 1) and 5.4.2 (sizes at random).
 */
export function hamiltonianStep(
  { prior, logLikelihood }: LatentModel,
  z: Tensor,
  x: Tensor,
  { key, beta, stepSize, leapfrogs }: HamiltonianStepOptions,
): Moved {
  const [forMomentum, forSize, forChoice] = split(key, 3);
  return scope(() => {
    const rows = z.shape[0]!;
    const wide = [rows, ...z.shape.slice(1).map(() => 1)];
    // Its own about the size: paths of one length can be periods of what they follow, and come back to where they began.
    const epsilon = reshape(mul(stepSize, uniformNoise(forSize, [rows], { min: 0.5, max: 1.5 })), wide); // (rows, 1 …)
    const at = (place: Tensor): Place => {
      const { values, grad } = valueAndGrad(
        (params) => {
          const likelihood = logLikelihood(params.z, x); // (rows)
          const joint = add(prior.logProb(params.z), mul(beta, likelihood)); // (rows)
          return { loss: sum(joint), joint, likelihood };
        },
        { z: place },
      );
      return { ...values, slope: grad.z };
    };
    const before = at(z);
    let place = z;
    let after = before;
    const start = normalNoise(forMomentum, z.shape);
    let momentum = add(start, mul(mul(epsilon, 0.5), before.slope));
    for (let i = 0; i < leapfrogs; i++) {
      place = add(place, mul(epsilon, momentum));
      after = at(place);
      momentum = add(momentum, mul(mul(epsilon, i < leapfrogs - 1 ? 1 : 0.5), after.slope));
    }
    // −ΔH: the joint's gain less that of ½ ‖momentum‖². Where it is NaN, beyond all bounds, nothing is accepted.
    const gain = sub(sub(after.joint, before.joint), sub(kinetic(momentum), kinetic(start))); // (rows)
    const chance = exp(minimum(gain, 0)); // (rows)
    const acceptance = where(lessEqual(gain, Number.POSITIVE_INFINITY), chance, zerosLike(chance));
    const accepted = less(uniformNoise(forChoice, [rows]), acceptance);
    return {
      z: where(reshape(accepted, wide), place, z),
      logLikelihood: where(accepted, after.likelihood, before.likelihood),
      acceptance,
    };
  });
}

type Place = { readonly joint: Tensor; readonly likelihood: Tensor; readonly slope: Tensor };

/** ½ ‖momentum‖², (rows). */
function kinetic(momentum: Tensor): Tensor {
  const flat = reshape(momentum, [momentum.shape[0]!, -1]);
  return mul(sum(square(flat), 1), 0.5);
}
