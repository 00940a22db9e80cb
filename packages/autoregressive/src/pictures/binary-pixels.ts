import { expectIntegers } from '@genai/core';
import { bernoulli, independent } from '@genai/distributions';
import type { PixelEmission } from './pixel-emission.js';

/**
 * Pixels of 0 and 1, a logit for each channel; channels of one pixel do not depend on each other.
 *
 * @example
 * const digits = pixelModel({ net: pixelCnn(), emission: binaryPixels(), height: 28, width: 28 });
 * @throws GenaiError unless `channels` is an integer of at least 1.
 */
export function binaryPixels({ channels = 1 }: { readonly channels?: number } = {}): PixelEmission {
  expectIntegers('binaryPixels', { channels });
  return {
    channels,
    outputs: channels,
    init: () => ({}),
    given: (_params, outputs) => independent(bernoulli(outputs), 1),
  };
}
