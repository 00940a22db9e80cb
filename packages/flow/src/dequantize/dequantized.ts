import { expectIntegers, type LowerBound, type Model, type NoParams, type Samples, split } from '@genai/core';
import { scope, uniformNoise } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ConditionalFlow } from '../conditional-flow.js';
import type { Flow } from '../flow.js';
import { centred, inCells, noiseOf } from './in-cells.js';

/** How {@link dequantized} works. */
export interface DequantizedOptions<Q> {
  /** How many values an element has, 0 … levels − 1; 256 unless given. */
  readonly levels?: number;
  /**
   * q(u | x) over (0, 1), of the shape of an event; its context is x scaled to [−1, 1], (batch, …event). Uniform unless given.
   */
  readonly noise?: ConditionalFlow<Q>;
}

/** The parameters of a dequantised flow: its own, and those of its noise. */
export type DequantizedParams<P, Q> = { readonly flow: P; readonly noise: Q };

/**
 * A model of integers from a flow over [0, 1): an integer is the cell of real numbers [x, x + 1) / levels, and
 * P(x) = ∫ p((x + u) / levels) du / levelsᴰ is bounded by draws of u.
 *
 * `logProbBound(x, key, samples)`, x: (batch, …event) of integers of any dtype, has shape (batch) and is in nats; it draws the u of
 * each sample on its own. `sample(key, shape)` gives integers, int32, of shape `shape + event`. With uniform noise the bound is
 * that of ordinary dequantisation; with `noise`, a flow that learns where in its cell a number lies best, it is tighter. A flow
 * that begins from data is started before, by pictures in [0, 1): `dequantized(startedFrom(flow, pictures))`.
 *
 * @example
 * const shape = [28, 28, 1] as const;
 * const transforms = [logitTransform({ alpha: 5e-6 }), imageCouplings({ shape, count: 8 })] as const;
 * const digits = dequantized(flow({ transforms, base: standardNormal(shape) }), { noise: pixelNoise({ shape }) });
 * const step = minimize(boundNll(digits), adam(1e-3)); // batches of integers, (batch, 28, 28, 1)
 * @throws GenaiError unless `levels` is an integer of at least 2; when used, as the flows say.
 * @source Theis et al. 2016, "A note on the evaluation of generative models", eq. 3 to 6 (uniform); Ho et al. 2019, "Flow++",
 * eq. 11 and 12 (learned); Hoogeboom et al. 2020, "Learning discrete distributions by dequantization", eq. 5 (several samples).
 */
export function dequantized<P, Q = NoParams>(
  flow: Flow<P>,
  { levels = 256, noise }: DequantizedOptions<Q> = {},
): Model<DequantizedParams<P, Q>, Samples<Tensor> & LowerBound<Tensor>> {
  const where = 'dequantized';
  expectIntegers(where, { levels }, 2);
  return {
    init: (key) => {
      const [a, b] = split(key);
      return scope(() => ({ flow: flow.init(a), noise: noise?.init(b) ?? ({} as Q) }));
    },
    given: (params, _context, layers) => {
      const [forFlow, forNoise] = layers ? split(layers) : [];
      const density = flow.given(params.flow, undefined, forFlow);
      return inCells({
        ...{ where, levels, density, layers: forNoise },
        draw: (numbers, key, layers) =>
          noise
            ? noiseOf(noise.at(centred(numbers, levels)), params.noise, numbers.shape[0]!, key, layers)
            : { u: uniformNoise(key, numbers.shape) },
      });
    },
  };
}
