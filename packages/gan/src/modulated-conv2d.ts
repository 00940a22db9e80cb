import { expectIntegers, type Layer } from '@genai/core';
import type { Conditioned } from '@genai/nn';
import {
  type ConvolutionParams,
  conv2d,
  type DenseParams,
  dense,
  glorotUniform,
  heNormal,
  type Initializer,
} from '@genai/nn';
import { expectShape, scope } from '@genai/tensor';
import { add, matMul, mul, reshape, rsqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import { initParts } from './init-parts.js';

export interface ModulatedConv2dOptions {
  /** Features of the context. */
  readonly context: number;
  /** Height and width of the filter. Default 3. */
  readonly kernel?: number;
  /** Whether outputs are brought back to the size of inputs of size 1. Default `true`. */
  readonly demodulate?: boolean;
  /** Draws the filter. Default `heNormal`. */
  readonly initializer?: Initializer;
}

export type ModulatedConv2dParams = { readonly filter: ConvolutionParams; readonly style: DenseParams };

/**
 * A convolution whose filter the context scales: `{ x, context }`, x of shape (batch, height, width, inputs) and context
 * (batch, features), → (batch, height, width, outputs).
 *
 * An affine map of the context gives s, a scale for each input, 1 at first: w′ = s · w. Demodulated, each output of w′ is
 * divided by its length, as instance norm would do it if inputs were of size 1, but without a look at them. Scaling inputs and
 * outputs instead of the filter is the same, and one convolution serves the whole batch.
 *
 * @example
 * const layer = modulatedConv2d(64, 32, { context: 128 });
 * const y = layer.apply(params, { x, context: w }); // (batch, 14, 14, 64) → (batch, 14, 14, 32)
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if x or the context do not fit.
 * @source Karras et al. 2020, "Analyzing and improving the image quality of StyleGAN", eq. 1 and 3.
 */
export function modulatedConv2d(
  inputs: number,
  outputs: number,
  { context: width, kernel = 3, demodulate = true, initializer = heNormal }: ModulatedConv2dOptions,
): Layer<Tensor, ModulatedConv2dParams, Conditioned> {
  const where = `modulatedConv2d(${inputs}, ${outputs})`;
  expectIntegers(where, { context: width });
  const filter = conv2d(inputs, outputs, { kernel, initializer });
  const style = dense(width, inputs, { initializer: glorotUniform });
  return {
    init: (key) => initParts<ModulatedConv2dParams>({ filter, style }, key),
    apply: (params, { x, context }) =>
      scope(() => {
        const [batch] = expectShape(where, x, ['batch', 'height', 'width', inputs]);
        expectShape(`${where}: the context`, context, [batch, width]);
        const { weight, bias } = params.filter;
        const s = add(style.apply(params.style, context), 1); // (batch, inputs)
        const y = filter.apply({ weight }, mul(x, reshape(s, [batch, 1, 1, inputs]))); // without bias
        if (!demodulate) return add(y, bias!);
        // Σ over inputs and taps of (s w)², eq. 3, (batch, outputs)
        const lengths = matMul(square(s), sum(square(weight), [0, 1]));
        return add(mul(y, reshape(rsqrt(add(lengths, 1e-8)), [batch, 1, 1, outputs])), bias!);
      }),
  };
}
