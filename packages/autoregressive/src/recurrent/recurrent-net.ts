import type { Tree } from '@genai/core';
import type { Recurrent, RecurrentState } from '@genai/nn';
import { scope } from '@genai/tensor';
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import type { SequenceNet, Stepped } from '../sequence-net.js';

/**
 * A recurrent layer as a net along time: what it gives is its hidden state, (batch, time, inputs) → (batch, time, width).
 *
 * Parameters and states are the layer's. Give it the layer, not the cell: engines that know the layer compute all steps at once.
 *
 * @example
 * const net = recurrentNet(lstm(64, 256));
 * const { output, state } = net.run(params, x, net.start(params, 8)); // (8, time, 64) → (8, time, 256)
 * const next = net.step(params, more, state); // (8, 64) → (8, 256)
 * @throws GenaiError, when run, if the input is not (batch, time, inputs) with at least one time step, or the state is not like
 * that of `start`.
 * @source Mikolov et al. 2010, "Recurrent neural network based language model", eq. 1 to 3; Graves 2013, "Generating sequences with
 * recurrent neural networks", section 2.
 */
export function recurrentNet<P, S extends RecurrentState & Tree<Tensor>>(layer: Recurrent<P, S>): SequenceNet<P, S> {
  const { cell } = layer;
  const stepped = (state: S): Stepped<S> => ({ output: clone(state.hidden), state }); // (batch, width)
  return {
    inputs: cell.inputs,
    outputs: cell.width,
    init: layer.init,
    start: (_params, batch) => cell.start(batch),
    run: (params, x, state) => layer.run(params, x, state),
    step: (params, x, state) => scope(() => stepped(cell.apply(params, { x, state }))),
    halves: {
      project: cell.project,
      advance: (params, projected, state) => scope(() => stepped(cell.advance(params, projected, state))),
    },
  };
}
