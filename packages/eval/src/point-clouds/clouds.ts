import { GenaiError } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** One cloud on the host: x, y, z of its first point, of its second, and so on. */
export type PointCloud = Float32Array | Float64Array;

/** Clouds, a tensor (clouds, points, 3), or one by one, then not all of as many points. */
export type PointClouds = Tensor | readonly PointCloud[];

/** How far two clouds are apart, a number that is not negative and does not depend on which is the first. */
export type CloudDistance = (a: PointCloud, b: PointCloud, options: CloudDistanceOptions) => number | Promise<number>;

/** What a distance may be told. It need not heed any. */
export interface CloudDistanceOptions {
  /**
   * Farther clouds need not be measured: if the distance is above this, any number above this and not above the distance will do.
   */
  readonly beyond?: number;
  /** Stops: rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws GenaiError unless there are clouds, at least one, of finite numbers, three for each point. */
export async function cloudsOf(where: string, clouds: PointClouds): Promise<readonly PointCloud[]> {
  const list = isTensor(clouds) ? await fromTensor(where, clouds) : clouds;
  if (list.length === 0) throw new GenaiError(`${where}: got no clouds, expected at least one.`);
  for (const [i, cloud] of list.entries()) {
    pointsOf(`${where}, cloud ${i}`, cloud);
    const bad = cloud.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) continue;
    throw new GenaiError(
      `${where}: cloud ${i} holds ${cloud[bad]} at point ${Math.floor(bad / 3)}, expected finite numbers.`,
    );
  }
  return list;
}

/**
 * How many points a cloud has.
 *
 * @throws GenaiError unless it has at least one, of three numbers.
 */
export function pointsOf(where: string, cloud: PointCloud): number {
  if (cloud.length > 0 && cloud.length % 3 === 0) return cloud.length / 3;
  throw new GenaiError(`${where}: got ${cloud.length} numbers, expected x, y, z of each point, at least one.`);
}

async function fromTensor(where: string, clouds: Tensor): Promise<PointCloud[]> {
  const [count, points, width] = clouds.shape;
  if (clouds.rank !== 3 || width !== 3) {
    throw new GenaiError(
      `${where}: got shape [${clouds.shape.join(', ')}], expected [clouds, points, 3]. Use expandDims(x, 0) for one cloud.`,
    );
  }
  const values = Float32Array.from(await clouds.data());
  return Array.from({ length: count! }, (_, i) => values.subarray(i * points! * 3, (i + 1) * points! * 3));
}

function isTensor(clouds: PointClouds): clouds is Tensor {
  return 'dataId' in clouds;
}
