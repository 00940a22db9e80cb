import { expectIntegers, split as splitKey } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, concat, mul, sigmoid, split, sub, type Tensor, tanh, zeros } from '@tensorflow/tfjs-core';
import { type DenseParams, dense } from './dense.js';
import type { GruState } from './gru-cell.js';
import { glorotUniform } from './initializers/glorot.js';
import { orthogonal } from './initializers/orthogonal.js';
import { layerNorm, type NormParams } from './layer-norm.js';
import { perGate } from './per-gate.js';
import { type RecurrentCell, type RecurrentOptions, recurrentCell } from './recurrent-cell.js';

/** Norms of the reset and update gates together, (2 · width), and of the candidate, (width). */
export type GruNorms = { readonly gates: NormParams; readonly candidate: NormParams };

/** The weights are those of {@link gruCell}, in the same order, without biases: the shifts of the norms are these. */
export type LayerNormGruParams = {
  readonly input: DenseParams;
  readonly hidden: DenseParams;
  readonly inputNorm: GruNorms;
  readonly hiddenNorm: GruNorms;
};

/**
 * One time step of a gated recurrent unit with layer norms: of what the input and what the hidden state give, each for the two gates
 * together and for the candidate apart. `recurrent` repeats it over sequences.
 *
 * The reset gate acts after the norm, candidate = tanh(norm(x · U) + reset · norm(hidden · V)), as in the paper. The update gate keeps
 * the state where it is 1, as in {@link gruCell}; in the paper where it is 0.
 *
 * @example
 * const layer = recurrent(layerNormGruCell(65, 256)); // (batch, time, 65) → (batch, time, 256)
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the input or the state has another shape.
 * @source Ba et al. 2016, "Layer normalization", supplementary material (the gated recurrent unit of its experiments).
 */
export function layerNormGruCell(
  inputs: number,
  width: number,
  { initializer = glorotUniform, hiddenInitializer = orthogonal() }: RecurrentOptions = {},
): RecurrentCell<LayerNormGruParams, GruState> {
  const name = `layerNormGru(${inputs}, ${width})`;
  expectIntegers(name, { inputs, width });
  const input = dense(inputs, 3 * width, { bias: false, initializer: perGate(initializer, 3) });
  const hidden = dense(width, 3 * width, { bias: false, initializer: perGate(hiddenInitializer, 3) });
  const norms = { gates: layerNorm(2 * width), candidate: layerNorm(width) };
  const sizes = [2 * width, width];
  /** (…, 3 · width), gates and candidate each normed. */
  const normed = (params: GruNorms, x: Tensor): [gates: Tensor, candidate: Tensor] => {
    const [gates, candidate] = split(x, sizes, -1) as [Tensor, Tensor];
    return [norms.gates.apply(params.gates, gates), norms.candidate.apply(params.candidate, candidate)];
  };
  return recurrentCell<LayerNormGruParams, GruState>({
    name,
    inputs,
    width,
    init: (key) => {
      const [forInput, forHidden, forNorms] = splitKey(key, 3);
      const initial = (): GruNorms => ({
        gates: norms.gates.init(forNorms),
        candidate: norms.candidate.init(forNorms),
      });
      return scope(() => ({
        input: input.init(forInput),
        hidden: hidden.init(forHidden),
        inputNorm: initial(),
        hiddenNorm: initial(),
      }));
    },
    start: (batch) => ({ hidden: zeros([batch, width]) }),
    project: (params, x) => scope(() => concat(normed(params.inputNorm, input.apply(params.input, x)), -1)), // (…, 3 · width)
    advance: (params, projected, state) =>
      scope(() => {
        const [inputGates, inputCandidate] = split(projected, sizes, 1) as [Tensor, Tensor];
        const recurrence = hidden.apply(params.hidden, state.hidden); // (batch, 3 · width)
        const [hiddenGates, hiddenCandidate] = normed(params.hiddenNorm, recurrence);
        const [reset, update] = split(sigmoid(add(inputGates, hiddenGates)), 2, 1) as [Tensor, Tensor];
        const candidate = tanh(add(inputCandidate, mul(reset, hiddenCandidate)));
        // (1 − update) · candidate + update · hidden
        return { hidden: add(candidate, mul(update, sub(state.hidden, candidate))) };
      }),
  });
}
