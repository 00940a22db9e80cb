import { GenaiError } from '@genai/core';
import type { Matrix } from './features/inner-products.js';
import { type Moments, MomentsSum } from './features/moments.js';
import { rootOf, traceOfRoot } from './features/root-trace.js';
import type { Points } from './points.js';

export type { Moments };

/**
 * Mean and covariance of features (count, width), to be measured against again and again by {@link frechetDistance}.
 *
 * @example
 * const reference = await momentsOf(features); // of the whole data set, once
 * @throws GenaiError unless the features are a matrix of finite numbers with at least two rows.
 */
export async function momentsOf(features: Points): Promise<Moments> {
  return gathered('momentsOf', features);
}

/**
 * The Fréchet distance between Gaussians with the moments of two sets of features: ‖μ₁ − μ₂‖² + Tr(Σ₁ + Σ₂ − 2 (Σ₁^½ Σ₂
 * Σ₁^½)^½). 0 for equal moments; lower is better.
 *
 * Each side is features, (count, width), or {@link Moments} of them. Of Inception's features it is the FID; numbers compare only
 * for one network and one count, since few samples raise it. In double precision, on the host, where a width of 512 takes
 * less than a second.
 *
 * @example
 * const distance = await frechetDistance(await momentsOf(realFeatures), fakeFeatures);
 * @throws GenaiError unless both are matrices of finite numbers, of one width, with at least two rows.
 * @source Heusel et al. 2017, "GANs trained by a two time-scale update rule converge to a local Nash equilibrium", eq. 6;
 * Dowson and Landau 1982, "The Fréchet distance between multivariate normal distributions".
 */
export async function frechetDistance(a: Points | Moments, b: Points | Moments): Promise<number> {
  const first = await asMoments(a);
  const second = await asMoments(b);
  const width = first.mean.length;
  if (second.mean.length !== width) {
    throw new GenaiError(
      `frechetDistance: got features of widths ${width} and ${second.mean.length}, expected one width.`,
    );
  }
  return distanceOf(first, second, await rootOf(second.covariance, width));
}

/** As above, with the root of the second covariance, which serves many. */
export async function distanceOf(first: Moments, second: Moments, root: Matrix): Promise<number> {
  const apart = first.mean.reduce((total, value, i) => total + (value - second.mean[i]!) ** 2, 0);
  const shared = await traceOfRoot(await rootOf(first.covariance, first.mean.length), root);
  return Math.max(0, apart + trace(first) + trace(second) - 2 * shared);
}

async function gathered(where: string, features: Points): Promise<Moments> {
  const sum = new MomentsSum(where);
  await sum.add(features, 2);
  return sum.result();
}

async function asMoments(side: Points | Moments): Promise<Moments> {
  return 'covariance' in side ? side : gathered('frechetDistance', side);
}

function trace({ mean, covariance }: Moments): number {
  return mean.reduce((total, _, i) => total + covariance[i * (mean.length + 1)]!, 0);
}
