import { type Distribution, expectIntegers } from '@genai/core';
import { type Categorical, categorical, independent } from '@genai/distributions';
import { scope } from '@genai/tensor';
import { cast, div, mul, reshape, round, type Tensor } from '@tensorflow/tfjs-core';
import type { PixelEmission } from './pixel-emission.js';

/**
 * Pixels of `levels` evenly spaced values from 0 to 1, 256 unless given: a probability of each, whatever their order. The outputs are
 * (channels · levels) logits, channel by channel; channels of one pixel do not depend on each other. A value between two levels
 * counts as the nearest.
 *
 * @example
 * const emission = levelPixels({ levels: 4 });
 * const net = gatedPixelCnn({ outputs: emission.outputs });
 * @throws GenaiError unless `channels` is an integer of at least 1 and `levels` of at least 2.
 * @source van den Oord et al. 2016, "Pixel recurrent neural networks", section 3.
 */
export function levelPixels({
  channels = 1,
  levels = 256,
}: {
  readonly channels?: number;
  readonly levels?: number;
} = {}): PixelEmission {
  expectIntegers('levelPixels', { channels });
  expectIntegers('levelPixels', { levels }, 2);
  return {
    channels,
    outputs: channels * levels,
    init: () => ({}),
    given: (_params, outputs) => {
      const logits = reshape(outputs, [...outputs.shape.slice(0, -1), channels, levels]); // (…, channels, levels)
      return independent(inUnits(categorical(logits), levels - 1), 1);
    },
  };
}

/** Indices as values from 0 to 1. */
function inUnits(indices: Categorical, highest: number): Distribution<Tensor> {
  return {
    batchShape: indices.batchShape,
    eventShape: [],
    logProb: (x) => scope(() => indices.logProb(cast(round(mul(x, highest)), 'int32'))),
    sample: (key, shape) => scope(() => div(cast(indices.sample(key, shape), 'float32'), highest)),
  };
}
