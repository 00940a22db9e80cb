/**
 * The slope of each head: a geometric sequence from 2^(−8 / heads), for other numbers of heads than powers of 2 filled up from the
 * sequence of twice as many.
 *
 * @source Press et al. 2022, "Train short, test long: attention with linear biases enables input length extrapolation", section 3.
 */
export function alibiSlopes(heads: number): readonly number[] {
  const power = 2 ** Math.floor(Math.log2(heads));
  const first = geometric(power);
  if (power === heads) return first;
  const between = geometric(2 * power).filter((_, i) => i % 2 === 0);
  return [...first, ...between.slice(0, heads - power)];
}

function geometric(heads: number): number[] {
  return Array.from({ length: heads }, (_, i) => 2 ** ((-8 * (i + 1)) / heads));
}
