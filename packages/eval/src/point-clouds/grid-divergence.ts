import { expectIntegers, GenaiError } from '@genai/core';
import { cloudsOf, type PointCloud, type PointClouds } from './clouds.js';

export interface GridDivergenceOptions {
  /** Nodes along each side of the grid. Default 28, as published figures have. */
  readonly resolution?: number;
  /** How far the grid reaches from 0, in the units of the coordinates. Default 0.5: clouds within the ball of diameter 1. */
  readonly radius?: number;
}

/**
 * The Jensen-Shannon divergence, in bits, of where the points of two sets of clouds lie: 0 if all clouds together fill space
 * alike, 1 if they share no place. It does not see how points make up clouds.
 *
 * Each point counts at the nearest node of a cubic grid of `resolution`³ nodes from −radius to radius, of which those in the ball
 * are kept; of equally near ones at that of the lower coordinates, x first. Every point has the same weight.
 *
 * @example
 * const bits = await gridDivergence(samples, shapes); // both (clouds, points, 3)
 * @throws GenaiError unless both are clouds of finite numbers, `resolution` is an integer of at least 2 and `radius` above 0.
 * @source Achlioptas et al. 2018, "Learning representations and generative models for 3D point clouds", section 3.
 */
export async function gridDivergence(
  generated: PointClouds,
  reference: PointClouds,
  options: GridDivergenceOptions = {},
): Promise<number> {
  const where = 'gridDivergence';
  return divergenceOf(
    where,
    await cloudsOf(`${where}, the generated`, generated),
    await cloudsOf(`${where}, the reference`, reference),
    options,
  );
}

/** As above, of clouds on the host. */
export function divergenceOf(
  where: string,
  generated: readonly PointCloud[],
  reference: readonly PointCloud[],
  { resolution = 28, radius = 0.5 }: GridDivergenceOptions,
): number {
  expectIntegers(where, { resolution }, 2);
  if (!(radius > 0)) throw new GenaiError(`${where}: radius must be above 0, got ${radius}.`);
  const [p, q] = [sharesOf(generated, resolution, radius), sharesOf(reference, resolution, radius)];
  // JS(p, q) = ½ KL(p ‖ m) + ½ KL(q ‖ m), m = ½ (p + q)
  let total = 0;
  for (const [node, share] of p.entries()) {
    const [a, b] = [share, q[node]!];
    if (a > 0) total += (a / 2) * Math.log2((2 * a) / (a + b));
    if (b > 0) total += (b / 2) * Math.log2((2 * b) / (a + b));
  }
  return Math.min(1, Math.max(0, total));
}

/** The share of all points at each node; (resolution³), x first. */
function sharesOf(clouds: readonly PointCloud[], resolution: number, radius: number): Float64Array {
  const shares = new Float64Array(resolution ** 3);
  const points = clouds.reduce((total, cloud) => total + cloud.length / 3, 0);
  const steps = (x: number): number => ((x + radius) * (resolution - 1)) / (2 * radius); // from the first node
  for (const cloud of clouds) {
    for (let i = 0; i < cloud.length; i += 3) {
      shares[nodeOf(steps(cloud[i]!), steps(cloud[i + 1]!), steps(cloud[i + 2]!), resolution)]! += 1 / points;
    }
  }
  return shares;
}

/** The nearest node in the ball. */
function nodeOf(x: number, y: number, z: number, resolution: number): number {
  const reach = (resolution - 1) / 2;
  const [i, j, k] = [nearest(x, 0, resolution - 1), nearest(y, 0, resolution - 1), nearest(z, 0, resolution - 1)];
  // If the nearest of the whole grid is in the ball, none there is nearer.
  if ((i - reach) ** 2 + (j - reach) ** 2 + (k - reach) ** 2 <= reach ** 2)
    return (i * resolution + j) * resolution + k;
  let node = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < resolution; i++) {
    for (let j = 0; j < resolution; j++) {
      // Of the nodes with this x and y those in the ball are a row.
      const half = Math.sqrt(reach ** 2 - (i - reach) ** 2 - (j - reach) ** 2);
      const [first, last] = [Math.ceil(reach - half), Math.floor(reach + half)];
      if (!(first <= last)) continue;
      const k = nearest(z, first, last);
      const squared = (x - i) ** 2 + (y - j) ** 2 + (z - k) ** 2;
      if (squared >= least) continue;
      node = (i * resolution + j) * resolution + k;
      least = squared;
    }
  }
  return node;
}

/** The integer from `first` to `last` nearest to `x`, the lower of two. */
function nearest(x: number, first: number, last: number): number {
  return Math.min(last, Math.max(first, Math.ceil(x - 0.5)));
}
