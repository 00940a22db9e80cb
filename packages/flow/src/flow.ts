import { type Distribution, type Key, type Model, split, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Bijector, Forward, Inverse } from './bijector.js';
import { flowAt } from './flow-at.js';
import { sequence } from './sequence.js';

/** The parameters of a flow: those of its maps, and those of its base. */
export type FlowParams<T, B> = { readonly transforms: T; readonly base: B };

/**
 * A normalising flow: an exact density, and the maps that it is made of.
 *
 * @typeParam P - the parameters, a tree of tensors.
 */
export interface Flow<P> extends Model<P, Distribution<Tensor>> {
  /** From data to noise, (batch, …event) → (batch, …latent). A `key` makes stochastic layers and estimates act. */
  readonly forward: (params: P, x: Tensor, key?: Key) => Forward;
  /** From noise to data, (batch, …latent) → (batch, …event). */
  readonly inverse: (params: P, z: Tensor, key?: Key) => Inverse;
  /** The maps one by one at these parameters, the first next to the data. */
  readonly steps: (params: P) => readonly FlowStep[];
  /** p(z), the distribution of the noise; at a context it may have the batch of that. */
  readonly base: (params: P) => Distribution<Tensor>;
  /** The parameters after a look at a first batch, (batch, …event), for maps that start from it: see {@link startedFrom}. */
  readonly start: (params: P, x: Tensor) => P;
}

/** One map of a flow at its parameters. */
export interface FlowStep {
  readonly forward: (x: Tensor, key?: Key) => Forward;
  readonly inverse: (y: Tensor, key?: Key) => Inverse;
}

/** What a flow is made of. */
export interface FlowParts<T extends readonly Tree<Tensor>[], B> {
  /** The maps, the first next to the data. */
  readonly transforms: readonly [...{ readonly [I in keyof T]: Bijector<T[I]> }];
  /** p(z); a learned one, a mixture for instance, is a model with parameters. */
  readonly base: Model<B, Distribution<Tensor>>;
}

/**
 * The distribution of data that `transforms`, the first next to the data, turn into draws from `base`:
 * log p(x) = log p(f(x)) + log |det ∂f/∂x|.
 *
 * `given(params).logProb(x)` takes x of shape (…, …event) and is in nats; `sample(key, shape)` has shape `shape + event`.
 *
 * @example
 * const layer = (passes: 'even' | 'odd') => coupling({ features: 2, passes, map: affineMap() });
 * const density = flow({ transforms: [layer('even'), layer('odd')], base: standardNormal(2) });
 * using params = owned(density.init(key(0)));
 * using points = owned(scope(() => density.given(params).sample(key(1), [16]))); // (16, 2)
 * @throws GenaiError if there is no map; when used, if a map needs a context.
 * @source Rezende and Mohamed 2015, "Variational inference with normalizing flows", eq. 5; Papamakarios et al. 2021,
 * "Normalizing flows for probabilistic modeling and inference", eq. 3.
 */
export function flow<T extends readonly Tree<Tensor>[], B>({
  transforms,
  base,
}: FlowParts<T, B>): Flow<FlowParams<T, B>> {
  type P = FlowParams<T, B>;
  const maps = transforms as { readonly [I in keyof T]: Bijector<T[I]> };
  const all = sequence<T>(...maps);
  return flowAt<P>({
    init: (key) => {
      const [a, b] = split(key);
      return scope(() => ({ transforms: all.init(a), base: base.init(b) }));
    },
    maps: maps as readonly Bijector<Tree<Tensor>>[],
    base: (params) => base.given(params.base),
  });
}
