import { expectIntegers, GenaiError, type Layer } from '@genai/core';
import { expectShape, groupNorm as normalize } from '@genai/tensor';
import { ones, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { NormParams } from './layer-norm.js';

export interface GroupNormOptions {
  /** Into how many groups the channels are divided; 1 for all together, `channels` for each alone (instance norm). */
  readonly groups: number;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
}

/**
 * Mean 0 and variance 1 over each group of channels and all positions of an example, then a learnt scale (1 at first)
 * and shift (0) a channel: (batch, …, channels) → same.
 *
 * @example
 * sequential(conv2d(3, 32), groupNorm(32, { groups: 8 }), activation(silu));
 * @throws GenaiError unless `groups` divides `channels`; when applied, if the input does not have `channels`.
 * @source Wu and He 2018, "Group normalization", eq. 7.
 */
export function groupNorm(channels: number, options: GroupNormOptions): Layer<Tensor, NormParams> {
  const { groups } = options;
  const where = `groupNorm(${channels})`;
  expectIntegers(where, { channels, groups });
  if (channels % groups !== 0) {
    throw new GenaiError(`${where}: groups must divide the ${channels} channels, got ${groups}.`);
  }
  return {
    init: () => ({ scale: ones([channels]), shift: zeros([channels]) }),
    apply: ({ scale, shift }, x) => {
      expectShape(where, x, ['…', channels]);
      return normalize(x, scale, shift, options);
    },
  };
}
