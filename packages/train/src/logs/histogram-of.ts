/** Counts of values in buckets, with what can be told exactly. */
export interface Histogram {
  readonly least: number;
  readonly greatest: number;
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
  /** The upper end of each bucket. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

/** Of the finite values in `BUCKETS` buckets of one width; those that are not finite are left out. */
export function histogramOf(values: ArrayLike<number>): Histogram {
  let [least, greatest, count, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
    count++;
    sum += value;
    squares += value * value;
  }
  if (count === 0) return { least: 0, greatest: 0, count, sum, squares, limits: [0], counts: [0] };
  const buckets = greatest > least ? BUCKETS : 1;
  const width = (greatest - least) / buckets;
  const counts = new Array<number>(buckets).fill(0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) counts[Math.min(buckets - 1, Math.floor((value - least) / width) || 0)]!++;
  }
  const limits = counts.map((_, i) => (i === buckets - 1 ? greatest : least + (i + 1) * width));
  return { least, greatest, count, sum, squares, limits, counts };
}

const BUCKETS = 30;
