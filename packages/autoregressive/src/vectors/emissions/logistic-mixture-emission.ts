import { expectIntegers } from '@genai/core';
import { type Discretization, discretizedLogisticMixture, pixelOutputs } from '@genai/distributions';
import { scope } from '@genai/tensor';
import { add, expandDims, relu, reshape, split, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Emission } from '../emission.js';

export interface LogisticMixtureEmissionOptions extends Discretization {
  /** How many logistics are mixed; 10 unless given. */
  readonly mixtures?: number;
}

/**
 * Features in even steps, such as grey levels: 256 from 0 to 1, or `bins` from `min` to `max`. The net gives the weights, the
 * centres and the log scales of a mixture of discretised logistics.
 *
 * @example
 * const grey = made({ features: 64, hidden: [256], emission: logisticMixtureEmission({ bins: 17, max: 16 }) });
 * @throws GenaiError unless `mixtures` is an integer of at least 1; when used, if `bins` < 2 or `min` ≥ `max`.
 * @source Salimans et al. 2017, "PixelCNN++", section 2.1, eq. 1 and 2.
 */
export function logisticMixtureEmission({
  mixtures = 10,
  ...discretization
}: LogisticMixtureEmissionOptions = {}): Emission {
  expectIntegers('logisticMixtureEmission', { mixtures });
  return {
    inputs: 1,
    seen: (x) => expandDims(x, -1), // (…, 1)
    outputs: pixelOutputs({ mixtures, channels: 1 }),
    given: (raw) => {
      const parts = scope(() => {
        const [logits, loc, logScale] = split(raw, 3, -1) as [Tensor, Tensor, Tensor]; // each (…, mixtures)
        return {
          logits,
          loc: expandDims(loc, -1), // (…, mixtures, 1)
          logScale: expandDims(add(relu(sub(logScale, LOWEST)), LOWEST), -1),
        };
      });
      const pixel = discretizedLogisticMixture(parts, discretization); // an event is the one channel of a pixel
      return {
        batchShape: pixel.batchShape,
        eventShape: [],
        logProb: (x) => scope(() => pixel.logProb(expandDims(x, -1))),
        sample: (key, shape) =>
          scope(() => {
            const x = pixel.sample(key, shape); // (…, 1)
            return reshape(x, x.shape.slice(0, -1));
          }),
      };
    },
  };
}

const LOWEST = -7; // of a log scale, as in PixelCNN++
