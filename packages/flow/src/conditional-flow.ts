import { type Distribution, type Key, type Layer, type Model, type NoParams, split, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from './bijector.js';
import type { Flow, FlowParams } from './flow.js';
import { flowAt } from './flow-at.js';
import { sequence } from './sequence.js';

/** The parameters of a conditional flow: those of its maps, of its base, and of what embeds its context. */
export type ConditionalFlowParams<T, B, E> = FlowParams<T, B> & { readonly embed: E };

/**
 * A normalising flow of p(x | context).
 *
 * @typeParam P - the parameters, a tree of tensors.
 */
export interface ConditionalFlow<P> extends Model<P, Distribution<Tensor>, Tensor> {
  /** The flow for this context, (batch, …): whatever takes a {@link Flow} takes it. More rows, a multiple, repeat the context. */
  readonly at: (context: Tensor) => Flow<P>;
}

/**
 * A flow whose maps, and base where it is a model with a context, depend on one: p(x | c). The maps that shall see it say how
 * many features it has.
 *
 * `given(params, context)` has a row for each row of the context, `logProb(x)`, x: (…, batch, …event), is in nats.
 *
 * @example
 * const layer = (passes: 'even' | 'odd') => coupling({ features: 2, context: 3, passes, map: rationalQuadraticMap() });
 * const weather = conditionalFlow({ transforms: [layer('even'), layer('odd')], base: standardNormal(2) });
 * using draws = owned(scope(() => weather.given(params, seasons).sample(key(1), [100]))); // seasons: (batch, 3)
 * const step = minimize(conditionalNll(weather), adam(1e-3)); // batches { x, context }
 * @throws GenaiError if there is no map; when used, if the context has not the features that the maps expect.
 * @source Winkler et al. 2019, "Learning likelihoods with conditional normalizing flows", eq. 2.
 */
export function conditionalFlow<T extends readonly Tree<Tensor>[], B, E extends Tree<Tensor> = NoParams>({
  transforms,
  base,
  embed,
}: {
  readonly transforms: readonly [...{ readonly [I in keyof T]: Bijector<T[I]> }];
  /** p(z), or p(z | c) of the context as it comes: a class-conditional base, say. */
  readonly base: Model<B, Distribution<Tensor>> | Model<B, Distribution<Tensor>, Tensor>;
  /** What the maps see of the context, (batch, …) → (batch, features); the context itself unless given. */
  readonly embed?: Layer<Tensor, E>;
}): ConditionalFlow<ConditionalFlowParams<T, B, E>> {
  type P = ConditionalFlowParams<T, B, E>;
  const maps = transforms as { readonly [I in keyof T]: Bijector<T[I]> };
  const all = sequence<T>(...maps);
  const conditional = base as Model<B, Distribution<Tensor>, Tensor>; // one without context ignores it
  const init = (key: Key): P => {
    const [a, b, c] = split(key, 3);
    return scope(() => ({ transforms: all.init(a), base: base.init(b), embed: embed?.init(c) ?? ({} as E) }));
  };
  const at = (context: Tensor): Flow<P> =>
    flowAt<P>({
      init,
      maps: maps as readonly Bijector<Tree<Tensor>>[],
      base: (params) => conditional.given(params.base, context),
      context: {
        rows: context.shape[0] ?? 1,
        of: (params) => embed?.apply(params.embed, context) ?? context,
      },
    });
  return { init, at, given: (params, context, key) => at(context).given(params, undefined, key) };
}
