import { expectIntegers, type Layer, type NoParams } from '@genai/core';
import {
  activation,
  type ConvolutionParams,
  conv2d,
  type Initializer,
  layerNorm,
  type NormParams,
  residual,
  sequential,
  zeros,
} from '@genai/nn';
import type { Tensor } from '@tensorflow/tfjs-core';
import { concatElu } from './concat-elu.js';
import { gatedSigmoid } from './gated-sigmoid.js';

/** The sizes of {@link gatedConvNet}. */
export interface GatedConvNetOptions {
  /** Channels inside. Default 32. */
  readonly hidden?: number;
  /** Gated residual blocks. Default 3. */
  readonly layers?: number;
  /** Draws all filters but those of the last convolution. Default `heUniform`. */
  readonly initializer?: Initializer;
}

/** A block: its two convolutions among functions without parameters, and its norm. */
export type GatedConvBlockParams = readonly [
  readonly [NoParams, ConvolutionParams, NoParams, ConvolutionParams, NoParams],
  NormParams,
];

/** The first convolution, the blocks, the last convolution. */
export type GatedConvNetParams = readonly [
  ConvolutionParams,
  readonly GatedConvBlockParams[],
  NoParams,
  ConvolutionParams,
];

/**
 * A net for couplings of images, (batch, height, width, inputs) → (batch, height, width, outputs): residual blocks x + a · σ(b)
 * with 3 × 3 and 1 × 1 convolutions, each then normalised over its channels. The last convolution is 0 at first, so that a
 * coupling begins as the map of raw parameters 0.
 *
 * @example
 * const net = (inputs: number, outputs: number) => gatedConvNet(inputs, outputs, { hidden: 48 });
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the input has not `inputs` channels.
 * @source Lippe 2022, "UvA deep learning tutorials", tutorial 11; Ho et al. 2019, "Flow++", section 3.3 (gated residual blocks);
 * Salimans et al. 2017, "PixelCNN++", section 2.4 (ELU of x and −x).
 */
export function gatedConvNet(
  inputs: number,
  outputs: number,
  { hidden = 32, layers = 3, initializer }: GatedConvNetOptions = {},
): Layer<Tensor, GatedConvNetParams> {
  expectIntegers(`gatedConvNet(${inputs}, ${outputs})`, { inputs, outputs, hidden, layers });
  const drawn = initializer ? { initializer } : {};
  const block = sequential<GatedConvBlockParams>(
    residual(
      sequential<GatedConvBlockParams[0]>(
        activation(concatElu),
        conv2d(2 * hidden, hidden, drawn),
        activation(concatElu),
        conv2d(2 * hidden, 2 * hidden, { kernel: 1, ...drawn }),
        activation(gatedSigmoid),
      ),
    ),
    layerNorm(hidden),
  );
  return sequential<GatedConvNetParams>(
    conv2d(inputs, hidden, drawn),
    sequential<readonly GatedConvBlockParams[]>(...Array.from({ length: layers }, () => block)),
    activation(concatElu),
    conv2d(2 * hidden, outputs, { initializer: zeros }),
  );
}
