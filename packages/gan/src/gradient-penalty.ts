import { GenaiError, type Schedule } from '@genai/core';
import { normalNoise, scope, uniformNoise, valueAndGrad } from '@genai/tensor';
import { add, mean, mul, reshape, sqrt, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Regularizer } from './regularizer.js';

/** A number, or one that follows the rounds played. */
export type Weight = number | Schedule<Tensor>;

/**
 * ½ γ E‖∇ₓ D(x)‖² over real examples: keeps the critic flat where the data are.
 *
 * @param gamma - γ, the weight; it goes with the square of the scale of the data.
 * @throws GenaiError if the weight is negative or not finite.
 * @source Mescheder et al. 2018, "Which training methods for GANs do actually converge?", eq. 9.
 */
export function r1(gamma: Weight = 1): Regularizer {
  expectWeight('r1', gamma);
  return ({ judge, real, turn }) => scope(() => mul(mean(squaredSlope(judge, real)), mul(at(gamma, turn.step), 0.5)));
}

/**
 * ½ γ E‖∇ₓ D(x)‖² over the generator's examples.
 *
 * @param gamma - γ, the weight.
 * @throws GenaiError if the weight is negative or not finite.
 * @source Mescheder et al. 2018, eq. 10.
 */
export function r2(gamma: Weight = 1): Regularizer {
  expectWeight('r2', gamma);
  return ({ judge, fake, turn }) => scope(() => mul(mean(squaredSlope(judge, fake)), mul(at(gamma, turn.step), 0.5)));
}

/**
 * λ E(‖∇ₓ D(x)‖ − 1)² at points between real and generated examples, for {@link wasserstein}.
 *
 * @param weight - λ.
 * @throws GenaiError if the weight is negative or not finite.
 * @source Gulrajani et al. 2017, "Improved training of Wasserstein GANs", eq. 3.
 */
export function gradientPenalty(weight: Weight = 10): Regularizer {
  expectWeight('gradientPenalty', weight);
  return ({ judge, real, fake, key, turn }) =>
    scope(() => {
      const share = uniformNoise(key, perExample(real));
      return mul(toOne(judge, add(fake, mul(share, sub(real, fake)))), at(weight, turn.step));
    });
}

/**
 * λ E(‖∇ₓ D(x + δ)‖ − 1)² around the real examples, with δ ~ N(0, c²) and c = `spread` times their deviation.
 *
 * @param weight - λ.
 * @throws GenaiError if the weight or the spread is negative or not finite.
 * @source Kodali et al. 2017, "On convergence and stability of GANs", section 2.3.
 */
export function dragan(weight: Weight = 10, spread = 0.5): Regularizer {
  expectWeight('dragan', weight);
  expectWeight('dragan: the spread', spread);
  return ({ judge, real, key, turn }) =>
    scope(() => {
      const deviation = sqrt(mean(square(sub(real, mean(real)))));
      return mul(
        toOne(judge, add(real, mul(normalNoise(key, real.shape), mul(deviation, spread)))),
        at(weight, turn.step),
      );
    });
}

/** ‖∇ₓ D(x)‖² for each example, (batch). */
function squaredSlope(judge: (x: Tensor) => Tensor, x: Tensor): Tensor {
  const { grad } = valueAndGrad(({ x }: { x: Tensor }) => ({ loss: sum(judge(x)) }), { x });
  return sum(square(reshape(grad.x, [x.shape[0]!, -1])), 1);
}

/** E(‖∇ₓ D(x)‖ − 1)²; the root is kept from 0, where it has no slope. */
function toOne(judge: (x: Tensor) => Tensor, x: Tensor): Tensor {
  return mean(square(sub(sqrt(add(squaredSlope(judge, x), 1e-12)), 1)));
}

function perExample(x: Tensor): number[] {
  return x.shape.map((size, axis) => (axis === 0 ? size : 1));
}

function at(weight: Weight, step: Tensor): Tensor | number {
  return typeof weight === 'number' ? weight : weight(step);
}

function expectWeight(where: string, weight: Weight): void {
  if (typeof weight === 'number' && !(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
    throw new GenaiError(`${where}: the weight must be a finite number of at least 0, got ${weight}.`);
  }
}
