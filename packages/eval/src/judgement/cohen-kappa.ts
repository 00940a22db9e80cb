import { GenaiError } from '@genai/core';

export interface CohenKappaOptions {
  /** Of values that are numbers: how much a disagreement counts, by their distance. All alike unless given. */
  readonly weights?: 'linear' | 'quadratic';
}

/**
 * Cohen's kappa of two raters who judged the same items: their agreement beyond chance, 1 at most, 0 for chance.
 *
 * For more raters, gaps, or other scales see {@link krippendorffAlpha}.
 *
 * @example
 * cohenKappa([1, 2, 3, 3], [1, 2, 2, 3], { weights: 'quadratic' });
 * @throws GenaiError unless both have as many values, at least one, that are not all the same; numbers where there are weights.
 * @source Cohen 1960, "A coefficient of agreement for nominal scales"; Cohen 1968 for weights.
 */
export function cohenKappa(
  first: readonly (number | string)[],
  second: readonly (number | string)[],
  { weights }: CohenKappaOptions = {},
): number {
  if (first.length !== second.length || first.length === 0) {
    throw new GenaiError(
      `cohenKappa: got ${first.length} and ${second.length} ratings, expected as many of both, of the same items.`,
    );
  }
  const wrong = weights && [...first, ...second].find((value) => !Number.isFinite(value));
  if (wrong !== undefined) {
    throw new GenaiError(`cohenKappa: got ${JSON.stringify(wrong)}, expected finite numbers where there are weights.`);
  }
  const cost = (a: number | string, b: number | string): number => {
    if (!weights) return Number(a !== b);
    const distance = Math.abs(Number(a) - Number(b));
    return weights === 'linear' ? distance : distance ** 2;
  };
  const observed = first.reduce((sum: number, value, i) => sum + cost(value, second[i]!), 0) / first.length;
  const [ofFirst, ofSecond] = [shares(first), shares(second)];
  let expected = 0;
  for (const [a, p] of ofFirst) for (const [b, q] of ofSecond) expected += p * q * cost(a, b);
  if (expected === 0) {
    throw new GenaiError(`cohenKappa: all ratings are ${first[0]}: without variation kappa is not defined.`);
  }
  return 1 - observed / expected;
}

function shares(values: readonly (number | string)[]): ReadonlyMap<number | string, number> {
  const found = new Map<number | string, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1 / values.length);
  return found;
}
