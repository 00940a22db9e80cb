import { expectIntegers, type Layer } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { type Tensor, zeros } from '@tensorflow/tfjs-core';
import { ones } from './initializers/constant.js';
import type { Initializer } from './initializers/initializer.js';
import type { NormParams } from './layer-norm.js';
import { normalizeBatch } from './normalize.js';

export interface BatchNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** Draws the scale. Default {@link ones}; DCGAN draws it from N(1, 0.02²). */
  readonly scale?: Initializer;
}

/**
 * Mean 0 and variance 1 of each channel over the batch and all positions, then a learnt scale (1 at first) and shift (0) a
 * channel: (batch, …, channels) → same.
 *
 * There are no running averages: what is normalised together is what is passed together. So samples use the statistics of
 * the batch in which they are drawn, and real and generated images have statistics of their own if they are passed one after
 * the other. A single row of features becomes the shift alone.
 *
 * @example
 * sequential(conv2dTranspose(100, 256, { kernel: 4 }), batchNorm(256), activation(relu));
 * @throws GenaiError if `channels` is not an integer of at least 1; when applied, if the input does not have `channels`.
 * @source Ioffe and Szegedy 2015, "Batch normalization", algorithm 1.
 */
export function batchNorm(
  channels: number,
  { epsilon = 1e-5, scale = ones }: BatchNormOptions = {},
): Layer<Tensor, NormParams> {
  const where = `batchNorm(${channels})`;
  expectIntegers(where, { channels });
  return {
    init: (key) => scope(() => ({ scale: scale(key, [channels]), shift: zeros([channels]) })),
    apply: (params, x) => {
      expectShape(where, x, ['…', 'batch', channels]);
      return normalizeBatch(x, { epsilon, params });
    },
  };
}
