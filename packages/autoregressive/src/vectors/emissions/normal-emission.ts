import { expectIntegers, GenaiError } from '@genai/core';
import { mixture, normal } from '@genai/distributions';
import { scope, softplus } from '@genai/tensor';
import { add, expandDims, reshape, split, type Tensor } from '@tensorflow/tfjs-core';
import type { Emission } from '../emission.js';

export interface NormalEmissionOptions {
  /** How many normals are mixed; 1 unless given. */
  readonly mixtures?: number;
  /** The least deviation, so that no density can grow without bound; 0.001 unless given. */
  readonly floor?: number;
}

/**
 * Real features: normals, or a mixture of some, of which the net gives weights (of more than one), means and deviations,
 * softplus(raw) + floor.
 *
 * @example
 * const density = made({ features: 6, hidden: [128, 128], emission: normalEmission({ mixtures: 10 }) });
 * @throws GenaiError unless `mixtures` is an integer of at least 1 and `floor` a finite number of at least 0.
 * @source Uria et al. 2013, "RNADE: The real-valued neural autoregressive density-estimator", section 3.
 */
export function normalEmission({ mixtures = 1, floor = 1e-3 }: NormalEmissionOptions = {}): Emission {
  expectIntegers('normalEmission', { mixtures });
  if (!(floor >= 0 && floor < Infinity)) {
    throw new GenaiError(`normalEmission: floor must be a finite number of at least 0, got ${floor}.`);
  }
  const deviation = (raw: Tensor): Tensor => add(softplus(raw), floor);
  return {
    inputs: 1,
    seen: (x) => expandDims(x, -1), // (…, 1)
    outputs: mixtures === 1 ? 2 : 3 * mixtures,
    given: (raw) => {
      const lead = raw.shape.slice(0, -1);
      const [loc, scale, logits] = scope(() => {
        const parts = split(raw, mixtures === 1 ? 2 : 3, -1); // each (…, mixtures)
        const [loc, scale] = [parts[0]!, deviation(parts[1]!)];
        return mixtures === 1 ? [reshape(loc, lead), reshape(scale, lead)] : [loc, scale, parts[2]!];
      }) as [Tensor, Tensor, Tensor | undefined];
      return logits ? mixture(logits, normal(loc, scale)) : normal(loc, scale);
    },
  };
}
