import { gaussianMixture, type Toy } from '@genai/data';
import { modeCoverage } from '@genai/eval';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Finding } from './protocol.js';

/** Narrow Gaussians of the plane, and what was published of models of them. */
export interface Modes {
  readonly what: string;
  readonly centres: readonly (readonly number[])[];
  /** Of each Gaussian in each direction. */
  readonly deviation: number;
  readonly published: { readonly modes: string; readonly highQuality: string };
}

export const RING: Modes = {
  what: 'ring of 8',
  centres: Array.from({ length: 8 }, (_, i) => [Math.cos((Math.PI * i) / 4), Math.sin((Math.PI * i) / 4)]),
  deviation: 0.01,
  published: { modes: '7.9 ± 0.1 (PacGAN2)', highQuality: '95.6 ± 2.0 (PacGAN2)' },
};

export const GRID: Modes = {
  what: 'grid of 25',
  centres: Array.from({ length: 25 }, (_, i) => [2 * Math.floor(i / 5) - 4, 2 * (i % 5) - 4]),
  deviation: 0.05,
  published: { modes: '24.8 ± 0.2 (PacGAN4)', highQuality: '93.6 ± 0.6 (PacGAN4)' },
};

/** Samples that are judged. */
export const SAMPLES = 2_500;

export function mixtureOf({ centres, deviation }: Modes): Toy {
  return gaussianMixture({ centres: Float64Array.from(centres.flat()), scale: deviation });
}

/** Which modes samples, (count, 2), reach, and how many of them are at one. */
export async function coverage(
  points: Tensor,
  { what, centres, deviation, published }: Modes,
): Promise<readonly Finding[]> {
  const { modes, highQuality, kl } = await modeCoverage(points, centres, { deviation });
  const common = { what, source: 'Lin et al. 2018, "PacGAN", table 1: means of ten runs', lowerIsBetter: false };
  return [
    { ...common, metric: `modes found of ${centres.length}`, unit: 'modes', published: published.modes, ours: modes },
    {
      ...common,
      metric: 'samples within 3 deviations of a mode',
      unit: '%',
      published: published.highQuality,
      ours: 100 * highQuality,
    },
    {
      ...common,
      metric: 'KL(samples ‖ uniform) over the modes',
      unit: 'nats',
      published: null,
      source: null,
      ours: kl,
      lowerIsBetter: true,
    },
  ];
}
