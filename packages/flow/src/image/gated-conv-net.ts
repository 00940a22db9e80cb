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
import { concatElu, gatedSigmoid, recomputed, scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The sizes of {@link gatedConvNet}. */
export interface GatedConvNetOptions {
  /** Channels inside. Default 32. */
  readonly hidden?: number;
  /** Gated residual blocks. Default 3. */
  readonly layers?: number;
  /** The side of the filters of the last convolution. Default 3; of 1 they cost a ninth, and many outputs learn faster. */
  readonly last?: number;
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
  { hidden = 32, layers = 3, last: side = 3, initializer }: GatedConvNetOptions = {},
): Layer<Tensor, GatedConvNetParams> {
  expectIntegers(`gatedConvNet(${inputs}, ${outputs})`, { inputs, outputs, hidden, layers, last: side });
  const drawn = initializer ? { initializer } : {};
  const [wide, narrow, last] = [
    conv2d(2 * hidden, hidden, drawn),
    conv2d(2 * hidden, 2 * hidden, { kernel: 1, ...drawn }),
    conv2d(2 * hidden, outputs, { kernel: side, initializer: zeros }),
  ];
  const bent = activation(concatElu);
  const gate = activation(gatedSigmoid);
  const body: Layer<Tensor, GatedConvBlockParams[0]> = {
    init: sequential<GatedConvBlockParams[0]>(bent, wide, bent, narrow, gate).init,
    apply: ([, ofWide, , ofNarrow], x) =>
      scope(() => gatedSigmoid(behindConcatElu(narrow, ofNarrow, behindConcatElu(wide, ofWide, x)))),
  };
  const block = sequential<GatedConvBlockParams>(residual(body), layerNorm(hidden));
  const blocks = sequential<readonly GatedConvBlockParams[]>(...Array.from({ length: layers }, () => block));
  const first = conv2d(inputs, hidden, drawn);
  return {
    init: sequential<GatedConvNetParams>(first, blocks, bent, last).init,
    apply: ([ofFirst, ofBlocks, , ofLast], x) =>
      scope(() => behindConcatElu(last, ofLast, blocks.apply(ofBlocks, first.apply(ofFirst, x)))),
  };
}

/** The input of a convolution is twice as large as x: made anew for the gradient, it takes no memory until then. */
function behindConcatElu(layer: Layer<Tensor, ConvolutionParams>, params: ConvolutionParams, x: Tensor): Tensor {
  return recomputed(([params, x]) => layer.apply(params, concatElu(x)), [params, x] as const);
}
