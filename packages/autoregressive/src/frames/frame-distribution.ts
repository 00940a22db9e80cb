import type { Distribution, Key, Model } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Frames of zeros and ones, of which some notes may be given. */
export interface FrameDistribution extends Distribution<Tensor> {
  /**
   * Draws the notes that are not known, batch + event; those that are keep the values of `x`. Both have that shape or broadcast to it,
   * `known` is 1 where a note is known, else 0.
   */
  readonly complete: (key: Key, x: Tensor, known: Tensor) => Tensor;
}

/** From what a net gives, (…batch, outputs), to distributions of frames side by side, of batch (…batch) and event (features). */
export type FrameEmission<P, D extends Distribution<Tensor> = FrameDistribution> = Model<P, D, Tensor>;
