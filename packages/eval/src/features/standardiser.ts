import type { Rows } from '../points.js';

/** Rows with columns of mean 0 and deviation 1 over the rows of `known`, row after row; columns that do not vary are only moved. */
export function standardiser({ values, count, width }: Rows): (rows: Rows) => Float64Array {
  const first = values.subarray(0, width);
  const mean = Float64Array.from(first);
  const variance = new Float64Array(width);
  for (let i = 0; i < values.length; i++) mean[i % width]! += (values[i]! - first[i % width]!) / count; // of equal ones themselves
  for (let i = 0; i < values.length; i++) variance[i % width]! += (values[i]! - mean[i % width]!) ** 2 / count;
  const deviation = variance.map((value) => Math.sqrt(value) || 1);
  return (rows) => Float64Array.from(rows.values, (value, i) => (value - mean[i % width]!) / deviation[i % width]!);
}
