import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, type Tensor } from '@tensorflow/tfjs-core';
import type { SequenceNet, Stepped } from './sequence-net.js';

/**
 * x + net(x) at each time, with the parameters and the state of `net`.
 *
 * @example
 * stackedNet([recurrentNet(lstm(64, 256)), residualNet(recurrentNet(lstm(256, 256)))]);
 * @throws GenaiError unless the net gives as many outputs as it takes inputs.
 * @source He et al. 2016, "Deep residual learning for image recognition", eq. 1; Wu et al. 2016, "Google's neural machine translation
 * system", eq. 6 (between recurrent layers).
 */
export function residualNet<P, S>(net: SequenceNet<P, S>): SequenceNet<P, S> {
  const { inputs, outputs } = net;
  if (inputs !== outputs) {
    throw new GenaiError(
      `residualNet: the net takes ${inputs} inputs and gives ${outputs} outputs. Give both one width.`,
    );
  }
  const onTop = (x: Tensor, pass: () => Stepped<S>): Stepped<S> =>
    scope(() => {
      const { output, state } = pass();
      return { output: add(x, output), state };
    });
  return {
    inputs,
    outputs,
    init: net.init,
    start: net.start,
    run: (params, x, state, key) => onTop(x, () => net.run(params, x, state, key)),
    step: (params, x, state) => onTop(x, () => net.step(params, x, state)),
  };
}
