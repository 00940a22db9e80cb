import { meanOf } from '../mean-of.js';

/** The straight line of least squares, and Pearson's correlation, 0 where all y are equal. */
export function fitLine(xs: readonly number[], ys: readonly number[]): { slope: number; correlation: number } {
  const [meanX, meanY] = [meanOf(xs), meanOf(ys)];
  let [xx, xy, yy] = [0, 0, 0];
  for (const [i, x] of xs.entries()) {
    const [dx, dy] = [x - meanX, ys[i]! - meanY];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  return { slope: xy / xx, correlation: yy > 0 ? xy / Math.sqrt(xx * yy) : 0 };
}
