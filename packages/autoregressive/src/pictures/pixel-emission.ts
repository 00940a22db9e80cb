import type { Distribution, Model, NoParams } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * p(pixel | pixels before): from what a net gives for pixels, (…, outputs), to the distribution of their channels together: batch
 * (…), event (channels). A model without parameters.
 */
export interface PixelEmission extends Model<NoParams, Distribution<Tensor>, Tensor> {
  /** Channels of a pixel. */
  readonly channels: number;
  /** Numbers that a net must give for a pixel. */
  readonly outputs: number;
}
