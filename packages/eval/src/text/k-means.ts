import { fold, type Key, randomUniform, split } from '@genai/core';
import { scope } from '@genai/tensor';
import { argMin, matMul, sub, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { breathing } from '../breathing.js';
import { squaredDistance } from '../each-pair.js';
import type { Rows } from '../points.js';

export interface KMeansOptions {
  readonly clusters: number;
  readonly key: Key;
  /** Runs from other seeds; the one with the least sum of squares counts. Run i draws from `fold(key, i)`. */
  readonly restarts: number;
  /** A run ends when no point changes its cluster, at the latest after so many rounds. */
  readonly iterations: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * The cluster of each point by Lloyd's algorithm from the seeds of k-means++.
 *
 * Nearest centres come from products of matrices on the engine, tile by tile; sums are of double precision.
 *
 * @source Arthur and Vassilvitskii 2007, "k-means++: the advantages of careful seeding", section 2.2.
 */
export async function kMeans(points: Rows, options: KMeansOptions): Promise<Int32Array> {
  const tiles = tilesOf(points);
  try {
    let best: Clustered = { labels: new Int32Array(points.count), sum: Number.POSITIVE_INFINITY };
    for (let run = 0; run < options.restarts; run++) {
      const found = await cluster(points, tiles, fold(options.key, run), options);
      if (found.sum < best.sum) best = found;
    }
    return best.labels;
  } finally {
    for (const tile of tiles) tile.dispose();
  }
}

type Clustered = { labels: Int32Array; sum: number };

async function cluster(
  points: Rows,
  tiles: readonly Tensor[],
  key: Key,
  { clusters, iterations, signal }: KMeansOptions,
): Promise<Clustered> {
  const breath = breathing(signal);
  let centres = seeds(points, clusters, key);
  let labels = await nearestCentres(tiles, centres);
  for (let i = 1; i < iterations; i++) {
    centres = means(points, labels, centres);
    const next = await nearestCentres(tiles, centres);
    const done = next.every((label, point) => label === labels[point]);
    labels = next;
    if (done) break;
    if (breath.due()) await breath.take();
  }
  let sum = 0;
  for (const [i, label] of labels.entries()) sum += squaredDistance(points, i, centres, label);
  return { labels, sum };
}

/** Each seed a point, drawn with the square of its distance from the nearest so far as its weight. */
function seeds(points: Rows, clusters: number, key: Key): Rows {
  const [first, others] = split(key);
  const chances = [...randomUniform(first, 1), ...randomUniform(others, clusters - 1)];
  const weights = new Float64Array(points.count).fill(Number.POSITIVE_INFINITY);
  const centres = { values: new Float64Array(clusters * points.width), count: clusters, width: points.width };
  for (const [c, chance] of chances.entries()) {
    const chosen = c === 0 ? Math.floor(chance * points.count) : placeOf(weights, chance);
    centres.values.set(rowOf(points, chosen), c * points.width);
    for (let i = 0; i < points.count; i++) weights[i] = Math.min(weights[i]!, squaredDistance(points, i, centres, c));
  }
  return centres;
}

/** Where the running sum of the weights passes that share of their sum. */
function placeOf(weights: Float64Array, share: number): number {
  let rest = share * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return i;
  }
  return weights.length - 1;
}

/** The means of the clusters; an empty one moves to the point farthest from its own centre. */
function means(points: Rows, labels: Int32Array, centres: Rows): Rows {
  const { width } = points;
  const next = { values: new Float64Array(centres.values.length), count: centres.count, width };
  const counts = new Int32Array(centres.count);
  for (const [i, label] of labels.entries()) {
    counts[label]!++;
    for (let k = 0; k < width; k++) next.values[label * width + k]! += points.values[i * width + k]!;
  }
  const taken = new Set<number>();
  for (const [c, count] of counts.entries()) {
    if (count > 0) for (let k = 0; k < width; k++) next.values[c * width + k]! /= count;
    else next.values.set(rowOf(points, farthest(points, labels, centres, taken)), c * width);
  }
  return next;
}

function farthest(points: Rows, labels: Int32Array, centres: Rows, taken: Set<number>): number {
  let [best, most] = [0, -1];
  for (const [i, label] of labels.entries()) {
    const distance = taken.has(i) ? -1 : squaredDistance(points, i, centres, label);
    if (distance > most) [best, most] = [i, distance];
  }
  taken.add(best);
  return best;
}

/** ‖x − c‖² less ‖x‖², which is the same for all centres: the least of ‖c‖² − 2 x · c. */
async function nearestCentres(tiles: readonly Tensor[], { values, count, width }: Rows): Promise<Int32Array> {
  const norms = new Float64Array(count);
  for (const [at, value] of values.entries()) norms[Math.floor(at / width)]! += value * value;
  const parts: Int32Array[] = [];
  for (const tile of tiles) {
    const labels = scope(() => {
      const doubled = tensor2d(
        Float32Array.from(values, (value) => 2 * value),
        [count, width],
      ); // (clusters, width)
      return argMin(sub(tensor1d(Float32Array.from(norms)), matMul(tile, doubled, false, true)), 1); // (tile)
    });
    try {
      parts.push(await labels.data<'int32'>());
    } finally {
      labels.dispose();
    }
  }
  const labels = new Int32Array(parts.reduce((total, { length }) => total + length, 0));
  for (const [i, part] of parts.entries()) labels.set(part, i * TILE);
  return labels;
}

/** Rows of a tile. */
const TILE = 4096;

function tilesOf({ values, count, width }: Rows): Tensor[] {
  return Array.from({ length: Math.ceil(count / TILE) }, (_, i) => {
    const rows = values.subarray(i * TILE * width, (i + 1) * TILE * width);
    return tensor2d(Float32Array.from(rows), [rows.length / width, width]);
  });
}

function rowOf({ values, width }: Rows, i: number): Float32Array | Float64Array {
  return values.subarray(i * width, (i + 1) * width);
}
