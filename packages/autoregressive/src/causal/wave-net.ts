import { expectIntegers, type Key, split } from '@genai/core';
import { type DenseParams, dense, glorotUniform } from '@genai/nn';
import { gatedTanh, scope } from '@genai/tensor';
import { add, relu, type Tensor } from '@tensorflow/tfjs-core';
import type { SequenceNet, Stepped } from '../sequence-net.js';
import { type CausalConvParams, causalConv } from './causal-conv.js';
import type { PastState } from './past-net.js';

export interface WaveNetOptions {
  readonly inputs: number;
  /** Of what goes from layer to layer. */
  readonly width: number;
  /** Width of what all layers add to. */
  readonly skip: number;
  readonly outputs: number;
  /** How often the dilations begin anew. Default 1. */
  readonly blocks?: number;
  /** Layers of a block, of dilations 1, 2, 4, …. */
  readonly layers: number;
  /** How many inputs a convolution sees. Default 2. */
  readonly kernel?: number;
}

/** `gate`: filter and gate side by side, 2 · width outputs. Of the last layer nobody sees the residual. */
export type WaveNetLayerParams = {
  readonly gate: CausalConvParams;
  readonly skip: DenseParams;
  readonly residual?: DenseParams;
};

export type WaveNetParams = {
  readonly first: CausalConvParams;
  readonly layers: readonly WaveNetLayerParams[];
  readonly hidden: DenseParams;
  readonly last: DenseParams;
};

/** Those of the convolutions. */
export type WaveNetState = { readonly first: PastState; readonly layers: readonly PastState[] };

/**
 * Gated causal convolutions, each with twice the dilation of the one before, block by block; all add to one sum, of which two
 * layers behind ReLUs make the outputs: (batch, time, inputs) → (batch, time, outputs).
 *
 * An output sees (kernel − 1) · (1 + blocks · (2^layers − 1)) earlier inputs, and a step computes each layer once.
 *
 * @example
 * const net = waveNet({ inputs: 64, width: 64, skip: 128, outputs: 256, blocks: 2, layers: 8 }); // sees 511 earlier inputs
 * @throws GenaiError if a size is not an integer of at least 1; when run, if the input or the state has another shape.
 * @source van den Oord et al. 2016, "WaveNet: a generative model for raw audio", eq. 2, fig. 4.
 */
export function waveNet({
  inputs,
  width,
  skip,
  outputs,
  blocks = 1,
  layers,
  kernel = 2,
}: WaveNetOptions): SequenceNet<WaveNetParams, WaveNetState> {
  expectIntegers('waveNet', { inputs, width, skip, outputs, blocks, layers, kernel });
  const count = blocks * layers;
  const first = causalConv(inputs, width, { kernel });
  const gates = Array.from({ length: count }, (_, i) =>
    causalConv(width, 2 * width, { kernel, dilation: 2 ** (i % layers), initializer: glorotUniform }),
  );
  const residual = dense(width, width, { initializer: glorotUniform });
  const toSkip = dense(width, skip, { initializer: glorotUniform });
  const hidden = dense(skip, skip);
  const last = dense(skip, outputs, { initializer: glorotUniform });

  const initLayer = (key: Key, i: number): WaveNetLayerParams => {
    const [forGate, forSkip, forResidual] = split(key, 3);
    const params = { gate: gates[i]!.init(forGate), skip: toSkip.init(forSkip) };
    return i < count - 1 ? { ...params, residual: residual.init(forResidual) } : params;
  };
  /** Fig. 4, for all times or for one, as `pass` takes each convolution. */
  const through = (params: WaveNetParams, x: Tensor, state: WaveNetState, pass: Pass): Stepped<WaveNetState> => {
    const below = pass(first, params.first, x, state.first);
    let y = below.output; // (…, width)
    let sum: Tensor | undefined; // (…, skip)
    const after = gates.map((conv, i) => {
      const own = params.layers[i]!;
      const made = pass(conv, own.gate, y, state.layers[i]!);
      const z = gatedTanh(made.output); // (…, width), eq. 2
      const added = toSkip.apply(own.skip, z);
      sum = sum ? add(sum, added) : added;
      if (own.residual) y = add(y, residual.apply(own.residual, z));
      return made.state;
    });
    const features = relu(hidden.apply(params.hidden, relu(sum!)));
    return { output: last.apply(params.last, features), state: { first: below.state, layers: after } };
  };
  return {
    inputs,
    outputs,
    init: (key) => {
      const [forFirst, forLayers, forHidden, forLast] = split(key, 4);
      const keys = split(forLayers, count);
      return scope(() => ({
        first: first.init(forFirst),
        layers: keys.map(initLayer),
        hidden: hidden.init(forHidden),
        last: last.init(forLast),
      }));
    },
    start: (params, batch) =>
      scope(() => ({
        first: first.start(params.first, batch),
        layers: gates.map((conv, i) => conv.start(params.layers[i]!.gate, batch)),
      })),
    run: (params, x, state) => scope(() => through(params, x, state, (net, ...own) => net.run(...own))),
    step: (params, x, state) => scope(() => through(params, x, state, (net, ...own) => net.step(...own))),
  };
}

/** A convolution over all times, or for the next one. */
type Pass = (
  net: SequenceNet<CausalConvParams, PastState>,
  params: CausalConvParams,
  x: Tensor,
  state: PastState,
) => Stepped<PastState>;
