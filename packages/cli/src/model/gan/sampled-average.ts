import type { Step, Tree } from '@genai/core';
import type { Averaged, Contest } from '@genai/train';
import type { Tensor } from '@tensorflow/tfjs-core';

type Nets = { readonly critic: Tree<Tensor>; readonly generator: Tree<Tensor> };
type Inner<O, N> = Contest<Nets, O, N> & Averaged<Tree<Tensor>>;

/** A contest whose `params` hold the averaged generator, and the one that plays in `playing`. */
export type SampledAverage<O, N> = Omit<Inner<O, N>, 'average'> & { readonly playing: Tree<Tensor> };

/**
 * A contest with an average of its generator, with the two in each other's place: what is kept as the model, drawn from and
 * measured is the average. Nothing is computed, names change.
 */
export function sampledAverage<O, N, B, M>(step: Step<Inner<O, N>, B, M>): Step<SampledAverage<O, N>, B, M> {
  const outward = ({ params, average, ...rest }: Inner<O, N>): SampledAverage<O, N> => ({
    params: { critic: params.critic, generator: average },
    playing: params.generator,
    ...rest,
  });
  const inward = ({ params, playing, ...rest }: SampledAverage<O, N>): Inner<O, N> => ({
    params: { critic: params.critic, generator: playing },
    average: params.generator,
    ...rest,
  });
  return {
    init: (key) => outward(step.init(key)),
    run: (state, batch, key) => {
      const { state: next, metrics } = step.run(inward(state), batch, key);
      return { state: outward(next), metrics };
    },
  };
}
