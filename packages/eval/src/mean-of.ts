/** The mean; of equal numbers exactly their value, so that what does not vary has a variance of 0, not of what was rounded. */
export function meanOf(values: readonly number[]): number {
  const [first = Number.NaN] = values;
  return first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
}
