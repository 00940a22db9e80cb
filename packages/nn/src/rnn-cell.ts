import { expectIntegers, split } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, type Tensor, tanh, zeros } from '@tensorflow/tfjs-core';
import { type DenseParams, dense } from './dense.js';
import { glorotUniform } from './initializers/glorot.js';
import { orthogonal } from './initializers/orthogonal.js';
import { type RecurrentCell, type RecurrentOptions, recurrentCell } from './recurrent-cell.js';

/**
 * `input.weight`: (inputs, width), `hidden.weight`: (width, width).
 *
 * PyTorch's `weight_ih_l0` is the transpose of `input.weight`, `bias_ih_l0` is `input.bias`; `_hh_` those of `hidden`.
 * Only the sum of the two biases matters; there are two so that weights can be carried over as they are.
 */
export type RnnParams = { readonly input: DenseParams; readonly hidden: DenseParams };

/** `hidden`: (batch, width). */
export type RnnState = { readonly hidden: Tensor };

export interface RnnOptions extends RecurrentOptions {
  /** What makes the next state of the sum. Default tanh. */
  readonly activation?: (x: Tensor) => Tensor;
}

/**
 * One time step of a simple recurrent network, hidden = tanh(x · input + hidden · weight): an input (batch, inputs) and a state to
 * the next state.
 *
 * @example
 * const cell = rnnCell(65, 256, { activation: relu });
 * let state = cell.start(1);
 * state = cell.apply(params, { x, state }); // state.hidden: (1, 256)
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the input or the state has another shape.
 * @source Elman 1990, "Finding structure in time"; Le et al. 2015, "A simple way to initialize recurrent networks of rectified linear
 * units" (with ReLU).
 */
export function rnnCell(
  inputs: number,
  width: number,
  { activation = tanh, initializer = glorotUniform, hiddenInitializer = orthogonal() }: RnnOptions = {},
): RecurrentCell<RnnParams, RnnState> {
  const name = `rnn(${inputs}, ${width})`;
  expectIntegers(name, { inputs, width });
  const input = dense(inputs, width, { initializer });
  const hidden = dense(width, width, { initializer: hiddenInitializer });
  return recurrentCell<RnnParams, RnnState>({
    name,
    inputs,
    width,
    init: (key) => {
      const [forInput, forHidden] = split(key);
      return scope(() => ({ input: input.init(forInput), hidden: hidden.init(forHidden) }));
    },
    start: (batch) => ({ hidden: zeros([batch, width]) }),
    project: (params, x) =>
      scope(() => {
        const projected = input.apply(params.input, x); // (…, width)
        return params.hidden.bias ? add(projected, params.hidden.bias) : projected; // here once, not at every step
      }),
    advance: (params, projected, state) =>
      scope(() => {
        const recurrence = hidden.apply({ weight: params.hidden.weight }, state.hidden); // (batch, width)
        return { hidden: activation(add(projected, recurrence)) };
      }),
  });
}
