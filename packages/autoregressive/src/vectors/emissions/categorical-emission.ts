import { expectIntegers } from '@genai/core';
import { categorical } from '@genai/distributions';
import { scope } from '@genai/tensor';
import { cast, oneHot } from '@tensorflow/tfjs-core';
import type { Emission } from '../emission.js';

/**
 * Features that are one of `levels` whole numbers from 0; the net sees which one, and gives a logit for each.
 *
 * @example
 * const answers = made({ features: 12, hidden: [64], emission: categoricalEmission(5) });
 * @throws GenaiError unless `levels` is an integer of at least 2.
 */
export function categoricalEmission(levels: number): Emission {
  expectIntegers('categoricalEmission', { levels }, 2);
  return {
    inputs: levels,
    seen: (x) => scope(() => cast(oneHot(cast(x, 'int32'), levels), 'float32')), // (…, levels)
    outputs: levels,
    given: categorical,
  };
}
