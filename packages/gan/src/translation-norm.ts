import type { Layer } from '@genai/core';
import { type ConvolutionParams, groupNorm, type NormParams } from '@genai/nn';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { initParts } from './init-parts.js';

/** Makes the norm behind a convolution of so many channels; `false` for none. */
export type TranslationNorm = ((channels: number) => Layer<Tensor, NormParams>) | false;

/** Each channel of each picture by itself, with a learnt scale and shift. */
export function instanceNorm(channels: number): Layer<Tensor, NormParams> {
  return groupNorm(channels, { groups: channels });
}

/** A convolution and the norm behind it, if there is one. */
export type NormedParams = { readonly convolution: ConvolutionParams; readonly norm?: NormParams };

/** A convolution, then a norm unless it is undefined. */
export function normed(
  convolution: Layer<Tensor, ConvolutionParams>,
  norm?: Layer<Tensor, NormParams>,
): Layer<Tensor, NormedParams> {
  return {
    init: (key) => initParts<NormedParams>(norm ? { convolution, norm } : { convolution }, key),
    apply: (params, x) =>
      scope(() => {
        const y = convolution.apply(params.convolution, x);
        return norm && params.norm ? norm.apply(params.norm, y) : y;
      }),
  };
}
