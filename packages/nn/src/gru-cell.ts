import { expectIntegers, split as splitKey } from '@genai/core';
import { gruSequence, scope } from '@genai/tensor';
import { add, mul, reshape, sigmoid, slice, split, sub, type Tensor, tanh, zeros } from '@tensorflow/tfjs-core';
import { type DenseParams, dense } from './dense.js';
import { glorotUniform } from './initializers/glorot.js';
import { orthogonal } from './initializers/orthogonal.js';
import { perGate } from './per-gate.js';
import { type RecurrentCell, type RecurrentOptions, recurrentCell } from './recurrent-cell.js';

/**
 * The columns of all weights and biases are those of the reset gate, the update gate and the candidate, in this order,
 * each `width` wide: `input.weight` (inputs, 3 · width), `hidden.weight` (width, 3 · width).
 *
 * PyTorch's `weight_ih_l0` is the transpose of `input.weight`, `bias_ih_l0` is `input.bias`; `_hh_` those of `hidden`.
 */
export type GruParams = { readonly input: DenseParams; readonly hidden: DenseParams };

/** `hidden`: (batch, width). */
export type GruState = { readonly hidden: Tensor };

/**
 * One time step of a gated recurrent unit: an input (batch, inputs) and a state to the next state.
 *
 * As PyTorch and cuDNN do, and other than in the paper, the reset gate acts after the product with the hidden weight and its
 * bias: candidate = tanh(input + reset · (hidden · weight + bias)). So both biases of the candidate are needed.
 *
 * @example
 * const cell = gruCell(65, 256);
 * let state = cell.start(1);
 * state = cell.apply(params, { x, state }); // state.hidden: (1, 256)
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the input or the state has another shape.
 * @source Cho et al. 2014, "Learning phrase representations using RNN encoder–decoder", eq. 5–8.
 */
export function gruCell(
  inputs: number,
  width: number,
  { initializer = glorotUniform, hiddenInitializer = orthogonal() }: RecurrentOptions = {},
): RecurrentCell<GruParams, GruState> {
  const name = `gru(${inputs}, ${width})`;
  expectIntegers(name, { inputs, width });
  const input = dense(inputs, 3 * width, { initializer: perGate(initializer, 3) });
  const hidden = dense(width, 3 * width, { initializer: perGate(hiddenInitializer, 3) });
  const sizes = [2 * width, width];
  return recurrentCell<GruParams, GruState>({
    name,
    inputs,
    width,
    init: (key) => {
      const [forInput, forHidden] = splitKey(key);
      return scope(() => ({ input: input.init(forInput), hidden: hidden.init(forHidden) }));
    },
    start: (batch) => ({ hidden: zeros([batch, width]) }),
    project: (params, x) => input.apply(params.input, x),
    advance: (params, projected, state) =>
      scope(() => {
        const recurrence = hidden.apply(params.hidden, state.hidden); // (batch, 3 · width)
        const [inputGates, inputCandidate] = split(projected, sizes, 1) as [Tensor, Tensor];
        const [hiddenGates, hiddenCandidate] = split(recurrence, sizes, 1) as [Tensor, Tensor];
        const [reset, update] = split(sigmoid(add(inputGates, hiddenGates)), 2, 1) as [Tensor, Tensor];
        const candidate = tanh(add(inputCandidate, mul(reset, hiddenCandidate)));
        // (1 − update) · candidate + update · hidden
        return { hidden: add(candidate, mul(update, sub(state.hidden, candidate))) };
      }),
    sequence: (params, projected, { hidden }, plain) => {
      const output = gruSequence(
        { projected, ...params.hidden, hidden },
        ({ projected, weight, bias, hidden }) =>
          plain({ ...params, hidden: bias ? { weight, bias } : { weight } }, projected, { hidden }).output,
      );
      if (!output) return undefined;
      const [batch, time, width] = output.shape as [number, number, number];
      return { output, state: { hidden: reshape(slice(output, [0, time - 1, 0], [batch, 1, width]), [batch, width]) } };
    },
  });
}
