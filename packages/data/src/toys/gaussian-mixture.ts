import { GenaiError, randomIntegers, randomNormal, split } from '@genai/core';
import { expectPositive, plane } from './plane.js';
import type { Toy } from './toy.js';

/**
 * Equal round Gaussians of one scale around the given centres (count × 2). The density is exact; the entropy is
 * integrated on a grid of a quarter of the scale, to within 1e-6 nats.
 *
 * @example
 * const corners = gaussianMixture({ centres: Float64Array.of(-1, -1, -1, 1, 1, -1, 1, 1), scale: 0.1 });
 * @throws GenaiError unless there are centres, in pairs, and the scale is positive.
 */
export function gaussianMixture({
  centres,
  scale,
}: {
  readonly centres: Float32Array | Float64Array;
  readonly scale: number;
}): Toy {
  expectPositive('gaussianMixture', { scale });
  const count = centres.length / 2;
  if (!Number.isInteger(count) || count === 0) {
    throw new GenaiError(`gaussianMixture: got ${centres.length} numbers for centres, expected pairs x, y.`);
  }
  const logScale = Math.log(2 * Math.PI * scale ** 2 * count);
  const squared = new Float64Array(count);
  return plane('gaussianMixture', {
    sample: (key, n) => {
      const [which, noise] = split(key);
      const chosen = randomIntegers(which, n, { min: 0, max: count });
      const points = randomNormal(noise, 2 * n);
      for (let i = 0; i < points.length; i++) points[i] = centres[2 * chosen[i >> 1]! + (i & 1)]! + scale * points[i]!;
      return points;
    },
    logProb: (x, y) => {
      let nearest = Number.POSITIVE_INFINITY;
      for (let c = 0; c < count; c++) {
        const d = ((x - centres[2 * c]!) / scale) ** 2 + ((y - centres[2 * c + 1]!) / scale) ** 2;
        squared[c] = d;
        if (d < nearest) nearest = d;
      }
      let sum = 0;
      for (let c = 0; c < count; c++) sum += Math.exp((nearest - squared[c]!) / 2);
      return Math.log(sum) - nearest / 2 - logScale;
    },
    entropy: () => gridEntropy(centres, scale),
  });
}

/** −Σ p log p h² on a grid, every Gaussian added where it counts: within 9 scales of its centre. */
function gridEntropy(centres: Float32Array | Float64Array, scale: number): number {
  const h = scale / 4;
  const reach = 36; // cells in 9 scales; beyond them a Gaussian is below 1e-17 of its top
  const xs = Float64Array.from({ length: centres.length / 2 }, (_, i) => centres[2 * i]!);
  const ys = Float64Array.from({ length: centres.length / 2 }, (_, i) => centres[2 * i + 1]!);
  const [left, bottom] = [xs.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.min(a, b))];
  const columns = Math.ceil((xs.reduce((a, b) => Math.max(a, b)) - left) / h) + 2 * reach + 1;
  const rows = Math.ceil((ys.reduce((a, b) => Math.max(a, b)) - bottom) / h) + 2 * reach + 1;
  if (columns * rows > 2 ** 26) {
    throw new GenaiError(
      `gaussianMixture: a scale of ${scale} is too small beside the spread of the centres to integrate the entropy. Pass a larger scale.`,
    );
  }
  const density = new Float64Array(columns * rows);
  const bell = (offset: number, from: number): Float64Array =>
    Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
      Math.exp(-0.5 * (((from + i - reach) * h - offset) / scale) ** 2),
    );
  for (let c = 0; c < xs.length; c++) {
    const column = Math.round((xs[c]! - left) / h);
    const row = Math.round((ys[c]! - bottom) / h);
    const across = bell(xs[c]! - left, column);
    const up = bell(ys[c]! - bottom, row);
    for (let j = 0; j <= 2 * reach; j++) {
      for (let i = 0; i <= 2 * reach; i++) density[(row + j) * columns + column + i]! += up[j]! * across[i]!;
    }
  }
  const top = 1 / (2 * Math.PI * scale ** 2 * xs.length);
  return density.reduce((sum, d) => (d > 0 ? sum - d * top * Math.log(d * top) : sum), 0) * h * h;
}
