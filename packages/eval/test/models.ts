import { type Distribution, key, type LowerBound, type Model, randomNormal, type Samples } from '@genai/core';
import { logSumExp, normalNoise } from '@genai/tensor';
import { add, div, mul, square, sub, sum, type Tensor, tensor } from '@tensorflow/tfjs-core';

export const LOG_2PI = Math.log(2 * Math.PI);

/** log N(x; loc, scale²) of each entry. */
export const logNormal = (x: Tensor, loc: Tensor | number, scale: number): Tensor =>
  sub(mul(square(div(sub(x, loc), scale)), -0.5), 0.5 * LOG_2PI + Math.log(scale));

/** N(loc, 1) over `features`, its location a parameter: entropy features · ½ log 2πe. */
export function location(features: number): Model<{ loc: Tensor }, Distribution<Tensor>> {
  return {
    init: () => ({ loc: tensor(new Float32Array(features)) }),
    given: ({ loc }) => ({
      batchShape: [],
      eventShape: [features],
      sample: (k, shape = []) => add(loc, normalNoise(k, [...shape, features])),
      logProb: (x) => sum(logNormal(x, loc, 1), -1), // (batch)
    }),
  };
}

/** Only draws, as the generator of a GAN does. */
export const generator: Model<{ loc: Tensor }, Samples<Tensor>> = {
  init: () => ({ loc: tensor([0]) }),
  given: ({ loc }) => ({ sample: (k, shape = []) => add(loc, normalNoise(k, [...shape, 1])) }),
};

const NOISE = 0.5;
const WIDER = 2;

/** KL(q ‖ posterior) of the latent model, the same for every x: what its elbo loses. */
export const latentGap = (WIDER ** 2 - 1) / 2 - Math.log(WIDER);

/**
 * z ~ N(0, 1), x | z ~ N(z, NOISE²), so x ~ N(0, 1 + NOISE²); q(z | x) is the posterior made WIDER. x: (batch).
 * `seen` is called with the number of draws of each bound.
 */
export function latent(seen: (samples: number) => void = () => undefined): Model<{ none: Tensor }, LowerBound<Tensor>> {
  const precision = 1 + 1 / NOISE ** 2;
  const width = WIDER / Math.sqrt(precision);
  return {
    init: () => ({ none: tensor(0) }),
    given: () => ({
      logProbBound: (x, k, samples = 1) => {
        seen(samples);
        const loc = mul(x, 1 / NOISE ** 2 / precision);
        const z = add(loc, mul(normalNoise(k, [samples, x.shape[0]!]), width)); // (samples, batch)
        const joint = add(logNormal(z, 0, 1), logNormal(x, z, NOISE));
        return sub(logSumExp(sub(joint, logNormal(z, loc, width)), 0), Math.log(samples));
      },
    }),
  };
}

/** −log p(x) of the latent model, exactly. */
export const latentNll = (x: number): number =>
  0.5 * LOG_2PI + 0.5 * Math.log(1 + NOISE ** 2) + (0.5 * x * x) / (1 + NOISE ** 2);

/** Standard normal numbers in batches of `sizes`, each freed when the next is asked for. */
export function* normals(sizes: readonly number[], features?: number, seed = 3): Generator<Tensor, void, void> {
  for (const [i, size] of sizes.entries()) {
    const numbers = randomNormal(key(seed + i), size * (features ?? 1));
    const batch = tensor(numbers, features === undefined ? [size] : [size, features]);
    try {
      yield batch;
    } finally {
      batch.dispose();
    }
  }
}
