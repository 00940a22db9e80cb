import { GenaiError } from '@genai/core';
import { cloudsOf, type PointCloud, type PointClouds } from './clouds.js';
import { divergenceOf, type GridDivergenceOptions } from './grid-divergence.js';
import { type MeasureOptions, measureAll, type Pair } from './measure-all.js';

/** What {@link pointCloudScores} found. */
export interface PointCloudScores {
  /**
   * MMD: the mean over the references of the distance to the nearest generated cloud, in the units of the distance. Lower is
   * better; blind to bad clouds beside good ones.
   */
  readonly minimumMatchingDistance: number;
  /**
   * COV: the share of references that are the nearest of some generated cloud, of equally near ones the first. Higher is better;
   * blind to quality.
   */
  readonly coverage: number;
  /**
   * 1-NNA: the share of all clouds whose nearest other is of their own set. 0.5 is best: the sets cannot be told apart; 1 if they
   * are, 0 if generated clouds are copies of the references. Of equally near others each counts its part, as if one were drawn.
   */
  readonly nearestNeighbourAccuracy: number;
  /** JSD: {@link gridDivergence} of the points, in bits. Lower is better. */
  readonly divergence: number;
}

/** What {@link pointCloudScores} needs. */
export interface PointCloudScoresOptions extends MeasureOptions {
  /** The grid of the divergence: 28³ nodes in the ball of diameter 1 about 0, unless given. */
  readonly grid?: GridDivergenceOptions;
}

/**
 * The four scores that sets of point clouds are compared by, of generated clouds beside references: minimum matching distance,
 * coverage, nearest neighbour accuracy, divergence.
 *
 * generated, reference: as many clouds in both, tensors (clouds, points, 3) or one by one. Each of the n (2n − 1) pairs is
 * measured once, no farther than it matters, and none is kept: memory does not grow with them. Scale both as the figures to
 * compare with: the distances have units, and the divergence a ball.
 *
 * @example
 * const byChamfer = await pointCloudScores(samples, shapes, { distance: chamferDistance }); // both (200, 2048, 3)
 * const byEarthMovers = await pointCloudScores(samples, shapes, {
 *   distance: (a, b, options) => earthMoversDistance(a, b, { ...options, tolerance: 0.01 }),
 * });
 * @throws GenaiError unless there are as many clouds in both, of finite numbers, and a distance is a number of at least 0; and
 * what the distance throws.
 * @source Yang et al. 2019, "PointFlow: 3D point cloud generation with continuous normalizing flows", section 5.1; MMD, COV and
 * JSD: Achlioptas et al. 2018, "Learning representations and generative models for 3D point clouds", section 3; 1-NNA: Lopez-Paz
 * and Oquab 2017, "Revisiting classifier two-sample tests".
 */
export async function pointCloudScores(
  generated: PointClouds,
  reference: PointClouds,
  { grid = {}, ...options }: PointCloudScoresOptions,
): Promise<PointCloudScores> {
  const where = 'pointCloudScores';
  const ours = await cloudsOf(`${where}, the generated`, generated);
  const theirs = await cloudsOf(`${where}, the reference`, reference);
  if (ours.length !== theirs.length) {
    throw new GenaiError(
      `${where}: got ${ours.length} generated clouds and ${theirs.length} references, expected as many. Take as many of each.`,
    );
  }
  const count = ours.length;
  const divergence = divergenceOf(where, ours, theirs, grid);
  const clouds = [...ours, ...theirs];
  const seen = clouds.map((): Seen => ({ own: new Nearest(), other: new Nearest() }));
  await measureAll(where, pairsOf(clouds, seen, count), count * (2 * count - 1), options);
  return {
    minimumMatchingDistance: mean(seen.slice(count).map(({ other }) => other.distance)),
    coverage: new Set(seen.slice(0, count).map(({ other }) => other.index)).size / count,
    nearestNeighbourAccuracy: mean(seen.map(({ own, other }) => shareOfOwn(own, other))),
    divergence,
  };
}

/** The nearest of a cloud in its own set, and in the other. */
type Seen = { readonly own: Nearest; readonly other: Nearest };

/** The nearest of the clouds seen so far, the first of equally near ones, and how many those are. */
class Nearest {
  distance: number = Number.POSITIVE_INFINITY;
  index = -1;
  count = 0;

  /** Clouds are seen in the order of their indices. */
  see(index: number, distance: number): void {
    if (distance > this.distance) return;
    if (distance === this.distance) {
      this.count++;
      return;
    }
    this.distance = distance;
    this.index = index;
    this.count = 1;
  }
}

function shareOfOwn(own: Nearest, other: Nearest): number {
  if (own.distance === other.distance) return own.count / (own.count + other.count);
  return own.distance < other.distance ? 1 : 0;
}

/** Each pair once, so that each cloud sees the others in the order of their indices. The first `count` are one set. */
function* pairsOf(clouds: readonly PointCloud[], seen: readonly Seen[], count: number): Generator<Pair> {
  for (const [i, a] of clouds.entries()) {
    for (let j = i + 1; j < clouds.length; j++) {
      const side = i < count && j >= count ? 'other' : 'own';
      const [left, right] = [seen[i]![side], seen[j]![side]];
      const hear = (apart: number): void => {
        left.see(j, apart);
        right.see(i, apart);
      };
      yield { a, b: clouds[j]!, beyond: Math.max(left.distance, right.distance), hear };
    }
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
