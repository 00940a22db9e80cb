import { expectIntegers, split as splitKey } from '@genai/core';
import { lstmSequence, scope } from '@genai/tensor';
import { add, mul, reshape, sigmoid, slice, split, type Tensor, tanh, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { type DenseParams, dense } from './dense.js';
import { glorotUniform } from './initializers/glorot.js';
import { orthogonal } from './initializers/orthogonal.js';
import { perGate } from './per-gate.js';
import { type RecurrentCell, type RecurrentOptions, recurrentCell } from './recurrent-cell.js';

/**
 * The columns of all weights and biases are those of the input gate, the forget gate, the candidate and the output gate,
 * in this order, each `width` wide: `input.weight` (inputs, 4 · width), `hidden.weight` (width, 4 · width).
 *
 * PyTorch's `weight_ih_l0` is the transpose of `input.weight`, `bias_ih_l0` is `input.bias`; `_hh_` those of `hidden`.
 * Only the sum of the two biases matters; there are two so that weights can be carried over as they are.
 */
export type LstmParams = { readonly input: DenseParams; readonly hidden: DenseParams };

/** `hidden`, `cell`: (batch, width). */
export type LstmState = { readonly hidden: Tensor; readonly cell: Tensor };

/**
 * One time step of a long short-term memory: an input (batch, inputs) and a state to the next state.
 *
 * The forget gate's bias is 1 at first, so that a fresh network remembers.
 *
 * @example
 * const cell = lstmCell(65, 256);
 * let state = cell.start(1);
 * state = cell.apply(params, { x, state }); // state.hidden, state.cell: (1, 256)
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the input or the state has another shape.
 * @source Hochreiter and Schmidhuber 1997, "Long short-term memory"; Gers et al. 2000, "Learning to forget" (the forget
 * gate); Jozefowicz et al. 2015, "An empirical exploration of recurrent network architectures" (its bias).
 */
export function lstmCell(
  inputs: number,
  width: number,
  { initializer = glorotUniform, hiddenInitializer = orthogonal() }: RecurrentOptions = {},
): RecurrentCell<LstmParams, LstmState> {
  const name = `lstm(${inputs}, ${width})`;
  expectIntegers(name, { inputs, width });
  const input = dense(inputs, 4 * width, { initializer: perGate(initializer, 4) });
  const hidden = dense(width, 4 * width, { initializer: perGate(hiddenInitializer, 4) });
  return recurrentCell<LstmParams, LstmState>({
    name,
    inputs,
    width,
    init: (key) => {
      const [forInput, forHidden] = splitKey(key);
      const bias = Float32Array.from({ length: 4 * width }, (_, i) => (Math.floor(i / width) === FORGET ? 1 : 0));
      return scope(() => ({
        input: { ...input.init(forInput), bias: tensor1d(bias) },
        hidden: hidden.init(forHidden),
      }));
    },
    start: (batch) => ({ hidden: zeros([batch, width]), cell: zeros([batch, width]) }),
    project: (params, x) =>
      scope(() => {
        const projected = input.apply(params.input, x); // (…, 4 · width)
        return params.hidden.bias ? add(projected, params.hidden.bias) : projected; // here once, not at every step
      }),
    advance: (params, projected, state) =>
      scope(() => {
        const recurrence = hidden.apply({ weight: params.hidden.weight }, state.hidden);
        const gates = add(projected, recurrence); // (batch, 4 · width)
        const [first, candidate, output] = split(gates, [2 * width, width, width], 1) as [Tensor, Tensor, Tensor];
        const [write, forget] = split(sigmoid(first), 2, 1) as [Tensor, Tensor];
        const cell = add(mul(forget, state.cell), mul(write, tanh(candidate)));
        return { hidden: mul(sigmoid(output), tanh(cell)), cell };
      }),
    sequence: (params, projected, { hidden, cell }, plain) => {
      const made = lstmSequence(
        { projected, weight: params.hidden.weight, hidden, cell },
        ({ projected, weight, hidden, cell }) => {
          const { output, state } = plain({ ...params, hidden: { weight } }, projected, { hidden, cell });
          return { output, cell: state.cell };
        },
      );
      if (!made) return undefined;
      const [batch, time] = projected.shape as [number, number, number];
      const last = slice(made.output, [0, time - 1, 0], [batch, 1, width]);
      return { output: made.output, state: { hidden: reshape(last, [batch, width]), cell: made.cell } };
    },
  });
}

/** The place of the forget gate. */
const FORGET = 1;
