import { type Layer, split, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { SequenceNet } from './sequence-net.js';

/** The parameters of the norm and of the net. */
export type PreNormParams<N, P> = { readonly norm: N; readonly net: P };

/**
 * net(norm(x)): a layer that keeps the width, mostly a norm, before each step of a net, whose state it has.
 *
 * Inside {@link residualNet} it makes x + net(norm(x)), of which deep nets are built.
 *
 * @example
 * const block = residualNet(preNorm(layerNorm(256), recurrentNet(gru(256, 256))));
 * @throws GenaiError, when run, if the layer does not keep the width, in words of the net.
 * @source Xiong et al. 2020, "On layer normalization in the transformer architecture", table 1.
 */
export function preNorm<N extends Tree<Tensor>, P extends Tree<Tensor>, S>(
  norm: Layer<Tensor, N>,
  net: SequenceNet<P, S>,
): SequenceNet<PreNormParams<N, P>, S> {
  return {
    inputs: net.inputs,
    outputs: net.outputs,
    init: (key) => {
      const [forNorm, forNet] = split(key);
      return scope(() => ({ norm: norm.init(forNorm), net: net.init(forNet) }));
    },
    start: (params, batch) => net.start(params.net, batch),
    run: (params, x, state, key) => {
      const [forNorm, forNet] = key ? split(key) : [];
      return scope(() => net.run(params.net, norm.apply(params.norm, x, forNorm), state, forNet));
    },
    step: (params, x, state) => scope(() => net.step(params.net, norm.apply(params.norm, x), state)),
  };
}
