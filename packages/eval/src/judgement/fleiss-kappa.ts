import { GenaiError } from '@genai/core';

/**
 * Fleiss' kappa: the agreement beyond chance of raters of whom each item has as many, 1 at most, 0 for chance.
 *
 * ratings: of each item the values it was given, in any order. Where numbers of raters differ see {@link krippendorffAlpha}.
 *
 * @example
 * fleissKappa([['yes', 'yes', 'no'], ['no', 'no', 'no']]);
 * @throws GenaiError unless all items have as many ratings, at least two, that are not all the same.
 * @source Fleiss 1971, "Measuring nominal scale agreement among many raters", eq. 3, 5, 7.
 */
export function fleissKappa(ratings: readonly (readonly (number | string)[])[]): number {
  const raters = ratings[0]?.length ?? 0;
  const odd = ratings.findIndex(({ length }) => length !== raters);
  if (raters < 2 || odd >= 0) {
    throw new GenaiError(
      odd >= 0
        ? `fleissKappa: item ${odd} has ${ratings[odd]!.length} ratings, the first has ${raters}. Use krippendorffAlpha.`
        : `fleissKappa: got ${ratings.length} items of ${raters} ratings, expected at least two ratings of each.`,
    );
  }
  const totals = new Map<number | string, number>();
  let agreeing = 0;
  for (const row of ratings) {
    const counts = new Map<number | string, number>();
    for (const value of row) counts.set(value, (counts.get(value) ?? 0) + 1);
    for (const [value, count] of counts) {
      agreeing += count * (count - 1);
      totals.set(value, (totals.get(value) ?? 0) + count);
    }
  }
  if (totals.size === 1) {
    throw new GenaiError(`fleissKappa: all ratings are ${ratings[0]![0]}: without variation kappa is not defined.`);
  }
  const observed = agreeing / (ratings.length * raters * (raters - 1));
  const expected = [...totals.values()].reduce((sum, count) => sum + (count / (ratings.length * raters)) ** 2, 0);
  return (observed - expected) / (1 - expected);
}
