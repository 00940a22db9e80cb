import { expectIntegers } from '@genai/core';
import { heUniform, type Initializer } from '@genai/nn';
import { conv2d, linear, scope } from '@genai/tensor';
import { add, concat, reshape, slice, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { SequenceNet } from '../sequence-net.js';
import { type PastState, pastNet } from './past-net.js';

/**
 * `weight`: (kernel, inputs, outputs), the last of the kernel for the present; `bias`: (outputs), unless made without.
 *
 * PyTorch's `Conv1d.weight`, (outputs, inputs, kernel), is its transpose: `transpose(w, [2, 1, 0])`.
 */
export type CausalConvParams = { readonly weight: Tensor; readonly bias?: Tensor };

export interface CausalConvOptions {
  /** How many inputs an output sees, that of its own time the last. Default 2. */
  readonly kernel?: number;
  /** Steps from one input seen to the next. Default 1. */
  readonly dilation?: number;
  /** Adds a bias, 0 at first. Default `true`. */
  readonly bias?: boolean;
  /** Draws the weight. Default `heUniform`. */
  readonly initializer?: Initializer;
}

/**
 * A convolution over time that sees no later input, with zeros before the first: (batch, time, inputs) → (batch, time, outputs).
 *
 * The state is the last (kernel − 1) · dilation inputs; a step is `kernel` products.
 *
 * @example
 * const net = causalConv(64, 64, { kernel: 3, dilation: 4 }); // sees the times t, t − 4 and t − 8
 * const { output, state } = net.run(params, x, net.start(params, 8)); // (8, time, 64); state.past: (8, 8, 64)
 * @throws GenaiError if a size is not an integer of at least 1; when run, if the input or the state has another shape.
 * @source van den Oord et al. 2016, "WaveNet: a generative model for raw audio", section 2.1; Paine et al. 2016, "Fast WaveNet
 * generation algorithm" (the state).
 */
export function causalConv(
  inputs: number,
  outputs: number,
  { kernel = 2, dilation = 1, bias = true, initializer = heUniform }: CausalConvOptions = {},
): SequenceNet<CausalConvParams, PastState> {
  const where = `causalConv(${inputs}, ${outputs})`;
  expectIntegers(where, { inputs, outputs, kernel, dilation });
  return pastNet<CausalConvParams>({
    where,
    inputs,
    outputs,
    reach: (kernel - 1) * dilation,
    init: (key) =>
      scope(() => {
        const weight = initializer(key, [kernel, inputs, outputs]);
        return bias ? { weight, bias: zeros([outputs]) } : { weight };
      }),
    all: ({ weight, bias }, seen, time) => {
      const [batch, length] = seen.shape as [number, number, number];
      // Time as rows of `dilation` columns: a column is what one place of the filter sees. Zeros fill the last row.
      const rows = Math.ceil(length / dilation);
      const missing = rows * dilation - length;
      const whole = missing > 0 ? concat([seen, zeros([batch, missing, inputs])], 1) : seen;
      const image = reshape(whole, [batch, rows, dilation, inputs]);
      const filter = reshape(weight, [kernel, 1, inputs, outputs]);
      const convolved = conv2d(image, filter, { padding: 'valid' }); // (batch, rows − kernel + 1, dilation, outputs)
      const long = reshape(convolved, [batch, (rows - kernel + 1) * dilation, outputs]);
      const output = missing > 0 ? slice(long, [0, 0, 0], [batch, time, outputs]) : long;
      return bias ? add(output, bias) : output;
    },
    last: ({ weight, bias }, seen) => {
      const batch = seen.shape[0]!;
      const places = Array.from({ length: kernel }, (_, i) => slice(seen, [0, i * dilation, 0], [batch, 1, inputs]));
      const row = reshape(concat(places, 2), [batch, kernel * inputs]);
      return linear(row, reshape(weight, [kernel * inputs, outputs]), bias); // (batch, outputs)
    },
  });
}
