import { expectIntegers, type Layer, type NoParams } from '@genai/core';
import { type Discretization, pixelOutputs, pixels } from '@genai/distributions';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { PixelEmission } from './pixel-emission.js';

export interface MixturePixelsOptions extends Discretization {
  /** How many logistics share a pixel. */
  readonly mixtures: number;
  /** Channels of a pixel; 1 unless given. */
  readonly channels?: number;
}

/**
 * Pixels of `bins` evenly spaced values from `min` to `max` (256 from 0 to 1 unless given): a mixture of discretised logistics for
 * all channels of a pixel, each depending on those before it. See `pixels` of `@genai/distributions`.
 *
 * @example
 * const emission = mixturePixels({ mixtures: 10, channels: 3 });
 * const net = gatedPixelCnn({ channels: 3, outputs: emission.outputs }); // 100
 * @throws GenaiError if `mixtures`, `channels` or `bins` is too small or `min` not below `max`.
 * @source Salimans et al. 2017, "PixelCNN++", sections 2.1 and 2.2.
 */
export function mixturePixels({ mixtures, channels = 1, ...discretization }: MixturePixelsOptions): PixelEmission {
  expectIntegers('mixturePixels', { mixtures, channels });
  pixels(identity, { mixtures, ...discretization }); // says what is out of range
  return {
    channels,
    outputs: pixelOutputs({ mixtures, channels }),
    init: () => ({}),
    given: (_params, outputs) =>
      pixels(identity, { mixtures, batchAxes: outputs.rank - 1, ...discretization }).given({}, outputs),
  };
}

const identity: Layer<Tensor, NoParams> = { init: () => ({}), apply: (_params, x) => x };
