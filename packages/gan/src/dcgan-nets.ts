import { expectIntegers, type Layer, type Tree } from '@genai/core';
import {
  batchNorm,
  type ConvolutionParams,
  conv2d,
  conv2dTranspose,
  type DenseParams,
  dense,
  type Initializer,
  type NormParams,
} from '@genai/nn';
import { expectShape, leakyRelu, normalNoise, scope } from '@genai/tensor';
import { add, mul, relu, reshape, type Tensor, tanh } from '@tensorflow/tfjs-core';
import { each, initParts } from './init-parts.js';
import type { NormOf } from './norm-of.js';
import { pyramid } from './pyramid.js';

/** Of images (batch, size, size, channels) and their nets. */
export interface DcganSizes {
  readonly size: number;
  readonly channels: number;
  readonly width: number;
  readonly latents: number;
}

export type DcganGeneratorParams<N> = {
  /** From the small image to the large one. */
  readonly convolutions: readonly ConvolutionParams[];
  /** Before each of them. */
  readonly norms: readonly N[];
  readonly project: DenseParams;
};
export type DcganFeaturesParams = {
  readonly convolutions: readonly ConvolutionParams[];
  /** After each but the first; none if made without. */
  readonly norms: readonly NormParams[];
};

/** N(0, 0.02²), for all weights. */
export const dcganInitializer: Initializer = (key, shape) => scope(() => mul(normalNoise(key, shape), 0.02));

/** Batch norm with scales from N(1, 0.02²). */
export function dcganNorm(channels: number): Layer<Tensor, NormParams> {
  return batchNorm(channels, { scale: (key, shape) => scope(() => add(1, dcganInitializer(key, shape))) });
}

/** Codes (batch, latents), which `codeOf` finds in the input, to images (batch, size, size, channels) in [−1, 1]. */
export function dcganGenerator<N extends Tree<Tensor>, X>(
  where: string,
  { size, channels, width, latents }: DcganSizes,
  normOf: (channels: number) => NormOf<N, X>,
  codeOf: (input: X) => Tensor,
): Layer<Tensor, DcganGeneratorParams<N>, X> {
  expectIntegers(where, { channels, width, latents });
  const { side, doublings } = pyramid(where, size);
  const widths = Array.from({ length: doublings }, (_, i) => width * 2 ** (doublings - 1 - i));
  const project = dense(latents, side * side * widths[0]!, { bias: false, initializer: dcganInitializer });
  const norms = widths.map(normOf);
  const convolutions = widths.map((inputs, i) => conv2dTranspose(inputs, widths[i + 1] ?? channels, step));
  return {
    init: (key) =>
      initParts<DcganGeneratorParams<N>>({ convolutions: each(convolutions), norms: each(norms), project }, key),
    apply: (params, input) =>
      scope(() => {
        let y = reshape(project.apply(params.project, codeOf(input)), [-1, side, side, widths[0]!]);
        for (const [i, convolution] of convolutions.entries()) {
          y = relu(norms[i]!.apply(params.norms[i]!, y, input));
          y = convolution.apply(params.convolutions[i]!, y); // (batch, side · 2^(i + 1), side · 2^(i + 1), …)
        }
        return tanh(y);
      }),
  };
}

/** Images to the `features` that they are judged by, (batch, features). */
export function dcganFeatures(
  where: string,
  { size, channels, width }: DcganSizes,
  norm: boolean,
): { readonly layer: Layer<Tensor, DcganFeaturesParams>; readonly features: number } {
  const { side, doublings } = pyramid(where, size);
  const widths = Array.from({ length: doublings }, (_, i) => width * 2 ** i);
  const convolutions = widths.map((outputs, i) => conv2d(widths[i - 1] ?? channels, outputs, { ...step, bias: !norm }));
  const norms = norm ? widths.slice(1).map(dcganNorm) : [];
  const features = side * side * widths.at(-1)!;
  const layer: Layer<Tensor, DcganFeaturesParams> = {
    init: (key) => initParts<DcganFeaturesParams>({ convolutions: each(convolutions), norms: each(norms) }, key),
    apply: (params, x) =>
      scope(() => {
        expectShape(`${where}: images`, x, ['batch', size, size, channels]);
        let y = x;
        for (const [i, convolution] of convolutions.entries()) {
          y = convolution.apply(params.convolutions[i]!, y); // (batch, size / 2^(i + 1), size / 2^(i + 1), width · 2^i)
          if (norm && i > 0) y = norms[i - 1]!.apply(params.norms[i - 1]!, y);
          y = leakyRelu(y, 0.2);
        }
        return reshape(y, [-1, features]);
      }),
  };
  return { layer, features };
}

const step = { kernel: 4, strides: 2, bias: false, initializer: dcganInitializer } as const;
