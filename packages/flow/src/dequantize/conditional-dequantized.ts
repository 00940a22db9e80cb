import { expectIntegers, type LowerBound, type Model, type NoParams, type Samples, sizeOf, split } from '@genai/core';
import { expectShape, scope, uniformNoise } from '@genai/tensor';
import { reshape, type Tensor, tile } from '@tensorflow/tfjs-core';
import type { ConditionalFlow } from '../conditional-flow.js';
import type { DequantizedOptions, DequantizedParams } from './dequantized.js';
import { centred, inCells, noiseOf } from './in-cells.js';

/** How {@link conditionalDequantized} works. */
export interface ConditionalDequantizedOptions<Q> extends DequantizedOptions<Q> {
  /**
   * What the noise sees: from x scaled to [−1, 1], (rows, …event), and the context of the same rows, (rows, …), to the context of
   * `noise`. x alone unless given: then no condition reaches the noise, q(u | x), and the bound is as loose as the posterior of u
   * hangs on c. For q(u | x, c) put the two together.
   */
  readonly noiseContext?: (x: Tensor, context: Tensor) => Tensor;
}

/**
 * A model of integers in a context, of a flow over [0, 1) in that context: P(x | c) = ∫ p((x + u) / levels | c) du / levelsᴰ, bounded
 * by draws of u as {@link dequantized} does, and with the same parameters.
 *
 * `given(params, context)` has a row for each row of the context; `logProbBound(x, key, samples)`, x: (…, batch, …event) of integers of
 * any dtype, has shape (…, batch) and is in nats; `sample(key, shape)` gives int32 of shape `shape + batch + event`. The context
 * reaches the flow as it comes; the noise, if it is learned, sees what `noiseContext` makes of x and it, and uniform noise neither.
 *
 * @example
 * const counts = conditionalDequantized(nsf({ features: 2, context: 3 }), {
 *   levels: 16,
 *   noise: conditionalFlow({ transforms: [logitTransform(), layer], base: standardLogistic(2) }), // of a context of 2 + 3 features
 *   noiseContext: (x, c) => concat([x, c], 1),
 * });
 * const step = minimize(conditionalBoundNll(counts), adam(1e-3)); // batches { x, context }
 * @throws GenaiError unless `levels` is an integer of at least 2; when used, if x is not […, batch, …event], and as the flows say.
 * @source Ho et al. 2019, "Flow++", eq. 11 and 12, each density given c; Winkler et al. 2019, "Learning likelihoods with conditional
 * normalizing flows", section 3.3 (variational dequantisation in a context).
 */
export function conditionalDequantized<P, Q = NoParams>(
  flow: ConditionalFlow<P>,
  { levels = 256, noise, noiseContext = (x) => x }: ConditionalDequantizedOptions<Q> = {},
): Model<DequantizedParams<P, Q>, Samples<Tensor> & LowerBound<Tensor>, Tensor> {
  const where = 'conditionalDequantized';
  expectIntegers(where, { levels }, 2);
  return {
    init: (key) => {
      const [a, b] = split(key);
      return scope(() => ({ flow: flow.init(a), noise: noise?.init(b) ?? ({} as Q) }));
    },
    given: (params, context, layers) => {
      const [forFlow, forNoise] = layers ? split(layers) : [];
      const density = flow.given(params.flow, context, forFlow);
      const inner = [...density.batchShape, ...density.eventShape];
      return inCells({
        ...{ where, levels, density, layers: forNoise },
        draw: (numbers, key, layers) => {
          expectShape(`${where}.logProbBound`, numbers, ['…', ...inner]);
          if (!noise) return { u: uniformNoise(key, numbers.shape) };
          const lead = numbers.shape.slice(0, numbers.rank - inner.length);
          const repeats = sizeOf(lead);
          const x = reshape(numbers, [repeats * inner[0]!, ...density.eventShape]); // (rows, …event)
          const row = repeats === 1 ? context : tile(context, [repeats, ...context.shape.slice(1).map(() => 1)]);
          const at = noise.at(noiseContext(centred(x, levels), row));
          const { u, logProb } = noiseOf(at, params.noise, x.shape[0]!, key, layers);
          return { u: reshape(u, numbers.shape), logProb: reshape(logProb!, [...lead, ...density.batchShape]) };
        },
      });
    },
  };
}
