import { expectIntegers, GenaiError } from '@genai/core';
import { histogramKl } from './label-coverage.js';
import { type Points, rowsOf } from './points.js';

/** What {@link modeCoverage} found. */
export interface ModeCoverage {
  /** Modes with enough samples of high quality. */
  readonly modes: number;
  /** The share of samples that are of high quality, 0 to 1. */
  readonly highQuality: number;
  /** KL(samples ‖ uniform) over the modes, in nats, each sample counted at the nearest. 0 if all have as many. */
  readonly kl: number;
}

export interface ModeCoverageOptions {
  /** The standard deviation of each mode in each direction. */
  readonly deviation: number;
  /** How many of those a sample of high quality may lie from the nearest centre. Default 3. */
  readonly within?: number;
  /** How many samples of high quality make a mode covered. Default 1. */
  readonly minimum?: number;
}

/**
 * How many modes of a known mixture samples reach, how many samples lie at one, and how evenly.
 *
 * points: (count, width), centres: (modes, width). The published figures for rings and grids take 2,500 samples.
 *
 * @example
 * const points = owned(scope(() => gan.given(params).sample(key(1), [2_500]))); // (2500, 2)
 * const { modes, highQuality } = await modeCoverage(points, ring, { deviation: 0.01 }); // of 8, with a share of 0.9
 * @throws GenaiError if points and centres do not have one width, or `deviation` or `within` is not above 0.
 * @source Srivastava et al. 2017, "VEEGAN: reducing mode collapse in GANs using implicit variational learning", section 4.1;
 * Lin et al. 2018, "PacGAN: the power of two samples in generative adversarial networks", section 4.1 (the divergence).
 */
export async function modeCoverage(
  points: Points,
  centres: Points,
  { deviation, within = 3, minimum = 1 }: ModeCoverageOptions,
): Promise<ModeCoverage> {
  const where = 'modeCoverage';
  expectIntegers(where, { minimum });
  if (!(deviation > 0 && within > 0)) {
    throw new GenaiError(`${where}: deviation and within must be above 0, got ${deviation} and ${within}.`);
  }
  const middle = await rowsOf(`${where}, the centres`, centres);
  const samples = await rowsOf(`${where}, the points`, points, 1, middle.width);
  const nearest = new Float64Array(middle.count); // how many samples are nearest to each centre
  const good = new Float64Array(middle.count); // how many of them are of high quality
  for (let i = 0; i < samples.count; i++) {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < middle.count; j++) {
      let squared = 0;
      for (let k = 0; k < middle.width; k++) {
        squared += (samples.values[i * middle.width + k]! - middle.values[j * middle.width + k]!) ** 2;
      }
      if (squared < least) [best, least] = [j, squared];
    }
    nearest[best]!++;
    if (Math.sqrt(least) <= within * deviation) good[best]!++;
  }
  return {
    modes: good.filter((count) => count >= minimum).length,
    highQuality: good.reduce((a, b) => a + b, 0) / samples.count,
    kl: histogramKl(nearest),
  };
}
