import { GenaiError } from '@genai/core';
import { groupNorm, scope } from '@genai/tensor';
import { ones, reshape, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { NormParams } from './layer-norm.js';

/** What {@link normalizeBatch} and {@link normalizeInstance} take. */
export interface NormalizeOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** Scales and shifts each channel afterwards, in the same pass. Without, neither is done. */
  readonly params?: NormParams;
}

/**
 * Each channel to mean 0 and variance 1 over the batch and all positions: (batch, …, channels) → same.
 *
 * There are no running averages: what is normalised together is what is passed together.
 *
 * @example
 * const y = normalizeBatch(images); // (batch, height, width, channels)
 * @throws GenaiError if x is not at least (batch, channels).
 * @source Ioffe and Szegedy 2015, "Batch normalization", algorithm 1.
 */
export function normalizeBatch(x: Tensor, options: NormalizeOptions = {}): Tensor {
  const channels = channelsOf('normalizeBatch', x);
  return scope(() => {
    // One example whose positions are the rows of all, a group for each channel.
    const rows = reshape(x, [1, x.size / channels, channels]); // (1, batch · positions, channels)
    return reshape(normalized(rows, channels, options), x.shape);
  });
}

/**
 * Each channel of each example to mean 0 and variance 1 over its positions: (batch, …, channels) → same.
 *
 * @example
 * const y = normalizeInstance(images); // (batch, height, width, channels)
 * @throws GenaiError if x is not at least (batch, channels).
 * @source Ulyanov et al. 2016, "Instance normalization: the missing ingredient for fast stylization".
 */
export function normalizeInstance(x: Tensor, options: NormalizeOptions = {}): Tensor {
  return normalized(x, channelsOf('normalizeInstance', x), options);
}

function normalized(x: Tensor, channels: number, { epsilon, params }: NormalizeOptions): Tensor {
  return scope(() => {
    const scale = params?.scale ?? ones([channels]);
    const shift = params?.shift ?? zeros([channels]);
    return groupNorm(x, scale, shift, { groups: channels, ...(epsilon !== undefined && { epsilon }) });
  });
}

function channelsOf(where: string, { shape }: Tensor): number {
  if (shape.length >= 2) return shape.at(-1)!;
  throw new GenaiError(`${where}: got shape [${shape.join(', ')}], expected [batch, …, channels].`);
}
