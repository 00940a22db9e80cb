import { expectIntegers, split as splitKey } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, mul, sigmoid, split, type Tensor, tanh, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { type DenseParams, dense } from './dense.js';
import { glorotUniform } from './initializers/glorot.js';
import { orthogonal } from './initializers/orthogonal.js';
import { layerNorm, type NormParams } from './layer-norm.js';
import type { LstmState } from './lstm-cell.js';
import { perGate } from './per-gate.js';
import { type RecurrentCell, type RecurrentOptions, recurrentCell } from './recurrent-cell.js';

/**
 * The weights are those of {@link lstmCell}, gates in the same order, without biases: the shifts of the norms are these.
 * `inputNorm`, `hiddenNorm`: (4 · width), `cellNorm`: (width).
 */
export type LayerNormLstmParams = {
  readonly input: DenseParams;
  readonly hidden: DenseParams;
  readonly inputNorm: NormParams;
  readonly hiddenNorm: NormParams;
  readonly cellNorm: NormParams;
};

/**
 * One time step of a long short-term memory with layer norms: of what the input gives to all gates together, of what the hidden state
 * gives to them, and of the cell where it is read. `recurrent` repeats it over sequences.
 *
 * The forget gate's shift is 1 at first, so that a fresh network remembers.
 *
 * @example
 * const layer = recurrent(layerNormLstmCell(65, 256)); // (batch, time, 65) → (batch, time, 256)
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the input or the state has another shape.
 * @source Ba et al. 2016, "Layer normalization", supplementary material, eq. 20–22; its bias b is the norms' shift here.
 */
export function layerNormLstmCell(
  inputs: number,
  width: number,
  { initializer = glorotUniform, hiddenInitializer = orthogonal() }: RecurrentOptions = {},
): RecurrentCell<LayerNormLstmParams, LstmState> {
  const name = `layerNormLstm(${inputs}, ${width})`;
  expectIntegers(name, { inputs, width });
  const input = dense(inputs, 4 * width, { bias: false, initializer: perGate(initializer, 4) });
  const hidden = dense(width, 4 * width, { bias: false, initializer: perGate(hiddenInitializer, 4) });
  const gatesNorm = layerNorm(4 * width);
  const cellNorm = layerNorm(width);
  return recurrentCell<LayerNormLstmParams, LstmState>({
    name,
    inputs,
    width,
    init: (key) => {
      const [forInput, forHidden, forNorms] = splitKey(key, 3);
      const shift = Float32Array.from({ length: 4 * width }, (_, i) => (Math.floor(i / width) === FORGET ? 1 : 0));
      return scope(() => ({
        input: input.init(forInput),
        hidden: hidden.init(forHidden),
        inputNorm: { ...gatesNorm.init(forNorms), shift: tensor1d(shift) },
        hiddenNorm: gatesNorm.init(forNorms),
        cellNorm: cellNorm.init(forNorms),
      }));
    },
    start: (batch) => ({ hidden: zeros([batch, width]), cell: zeros([batch, width]) }),
    project: (params, x) => scope(() => gatesNorm.apply(params.inputNorm, input.apply(params.input, x))), // (…, 4 · width)
    advance: (params, projected, state) =>
      scope(() => {
        const recurrence = gatesNorm.apply(params.hiddenNorm, hidden.apply(params.hidden, state.hidden));
        const gates = add(projected, recurrence); // (batch, 4 · width), eq. 20
        const [first, candidate, output] = split(gates, [2 * width, width, width], 1) as [Tensor, Tensor, Tensor];
        const [write, forget] = split(sigmoid(first), 2, 1) as [Tensor, Tensor];
        const cell = add(mul(forget, state.cell), mul(write, tanh(candidate))); // eq. 21
        return { hidden: mul(sigmoid(output), tanh(cellNorm.apply(params.cellNorm, cell))), cell }; // eq. 22
      }),
  });
}

/** The place of the forget gate. */
const FORGET = 1;
