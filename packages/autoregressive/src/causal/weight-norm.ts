import type { Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { div, mul, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { SequenceNet } from '../sequence-net.js';
import type { CausalConvParams } from './causal-conv.js';

/**
 * `gain`: (outputs), the length of the weight of each output; `direction`: as the weight, of any length.
 *
 * PyTorch's `weight_g` is `gain`, `weight_v` is `direction` in its own layout.
 */
export type WeightNormParams = { readonly gain: Tensor; readonly direction: Tensor; readonly bias?: Tensor };

/**
 * A net whose `weight` is gain · direction / ‖direction‖, its length and its direction learnt apart, output by output (the last axis).
 * A fresh one is the net as it is.
 *
 * @example
 * const net = weightNorm(causalConv(64, 64, { kernel: 3 }));
 * @source Salimans and Kingma 2016, "Weight normalization: a simple reparameterization to accelerate training of deep neural
 * networks", eq. 2.
 */
export function weightNorm<S extends Tree<Tensor>>(
  net: SequenceNet<CausalConvParams, S>,
): SequenceNet<WeightNormParams, S> {
  const weighed = ({ gain, direction, bias }: WeightNormParams): CausalConvParams => {
    const weight = mul(direction, div(gain, lengths(direction)));
    return bias ? { weight, bias } : { weight };
  };
  return {
    inputs: net.inputs,
    outputs: net.outputs,
    init: (key) =>
      scope(() => {
        const { weight, bias } = net.init(key);
        const params = { gain: lengths(weight), direction: weight };
        return bias ? { ...params, bias } : params;
      }),
    start: (params, batch) => scope(() => net.start(weighed(params), batch)),
    run: (params, x, state, key) => scope(() => net.run(weighed(params), x, state, key)),
    step: (params, x, state) => scope(() => net.step(weighed(params), x, state)),
  };
}

/** ‖·‖ of the weight of each output: (outputs). */
function lengths(weight: Tensor): Tensor {
  const others = weight.shape.slice(0, -1).map((_, axis) => axis);
  return sqrt(sum(square(weight), others));
}
