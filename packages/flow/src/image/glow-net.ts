import { expectIntegers, type Layer, type NoParams } from '@genai/core';
import { activation, type ConvolutionParams, conv2d, sequential, zeros } from '@genai/nn';
import { relu, type Tensor } from '@tensorflow/tfjs-core';

/** Three convolutions with functions without parameters between them. */
export type GlowNetParams = readonly [ConvolutionParams, NoParams, ConvolutionParams, NoParams, ConvolutionParams];

/**
 * The net of a Glow coupling: convolutions of 3 × 3, 1 × 1 and 3 × 3 with ReLUs between them, the last 0 at first. (batch,
 * height, width, inputs) → (batch, height, width, outputs).
 *
 * @example
 * const layer = coupling({ features: 12, map: affineMap(), net: (i, o) => glowNet(i, o, { hidden: 512 }) });
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the input has not `inputs` channels.
 * @source Kingma and Dhariwal 2018, "Glow", appendix B.
 */
export function glowNet(
  inputs: number,
  outputs: number,
  { hidden = 512 }: { readonly hidden?: number } = {},
): Layer<Tensor, GlowNetParams> {
  expectIntegers(`glowNet(${inputs}, ${outputs})`, { inputs, outputs, hidden });
  return sequential<GlowNetParams>(
    conv2d(inputs, hidden),
    activation(relu),
    conv2d(hidden, hidden, { kernel: 1 }),
    activation(relu),
    conv2d(hidden, outputs, { initializer: zeros }),
  );
}
