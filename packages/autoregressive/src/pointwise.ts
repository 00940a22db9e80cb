import { expectIntegers, type Key, type Layer, type NoParams } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { SequenceNet } from './sequence-net.js';

/** The widths of a layer, which it does not tell itself. */
export interface Widths {
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * A layer of vectors as a net along time: each output from the input of its own time alone; there is no state.
 *
 * The layer must take its last dimension by itself, as `dense`, `mlp`, `layerNorm` and `dropout` do: it is given (batch, time, inputs)
 * in a run and (batch, inputs) in a step.
 *
 * @example
 * const net = stackedNet([recurrentNet(gru(64, 256)), pointwise(dense(256, 10), { inputs: 256, outputs: 10 })]);
 * @throws GenaiError if a width is not an integer of at least 1; when run, if the input or what the layer gives has another.
 */
export function pointwise<P>(layer: Layer<Tensor, P>, { inputs, outputs }: Widths): SequenceNet<P, NoParams> {
  expectIntegers('pointwise', { inputs, outputs });
  const apply = (params: P, x: Tensor, key?: Key): Tensor =>
    scope(() => {
      expectShape('pointwise', x, ['…', inputs]);
      const output = layer.apply(params, x, key);
      expectShape('pointwise, what the layer gives', output, [...x.shape.slice(0, -1), outputs]);
      return output;
    });
  return {
    inputs,
    outputs,
    init: layer.init,
    start: () => ({}),
    run: (params, x, _state, key) => ({ output: apply(params, x, key), state: {} }),
    step: (params, x) => ({ output: apply(params, x), state: {} }),
  };
}
