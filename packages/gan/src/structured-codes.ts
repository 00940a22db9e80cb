import { type Distribution, expectIntegers, GenaiError, type Key, type Model, type NoParams, split } from '@genai/core';
import { expectShape, gumbelNoise, normalNoise, scope, uniformNoise } from '@genai/tensor';
import { argMax, cast, concat, mul, oneHot, scalar, slice, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';

/** What a code consists of, in this order. */
export interface CodeLayout {
  /** Features of N(0, 1) that mean nothing in particular. */
  readonly noise: number;
  /** For each factor of kinds how many there are; each is a one-hot vector, its kinds equally likely. None unless given. */
  readonly categories?: readonly number[];
  /** Features of U(−1, 1). 0 unless given. */
  readonly continuous?: number;
}

/**
 * The prior of codes with factors for a net to find a meaning for: noise, then kinds as one-hot vectors, then numbers from −1
 * to 1, joined to one vector.
 *
 * Its log density is that of noise and numbers within ±1, and the log probability of the kinds.
 *
 * @example
 * const prior = structuredCodes({ noise: 62, categories: [10], continuous: 2 }); // codes (batch, 74)
 * @throws GenaiError if a count is no integer or there is nothing to draw.
 * @source Chen et al. 2016, "InfoGAN", appendix C.
 */
export function structuredCodes(layout: CodeLayout): Model<NoParams, Distribution<Tensor>> {
  const { noise, categories, continuous, features } = expectLayout('structuredCodes', layout);
  const kinds = (key: Key, shape: readonly number[], count: number): Tensor =>
    cast(oneHot(argMax(gumbelNoise(key, [...shape, count]), -1), count), 'float32');
  const constant = -0.5 * noise * Math.log(2 * Math.PI) - continuous * Math.LN2 - sumOf(categories.map(Math.log));
  return {
    init: () => ({}),
    given: () => ({
      batchShape: [],
      eventShape: [features],
      sample: (key, shape = []) =>
        scope(() => {
          const [forNoise, forNumbers, ...forKinds] = split(key, 2 + categories.length) as [Key, Key, ...Key[]];
          const parts = [
            normalNoise(forNoise, [...shape, noise]),
            ...categories.map((count, i) => kinds(forKinds[i]!, shape, count)),
            uniformNoise(forNumbers, [...shape, continuous], { min: -1, max: 1 }),
          ];
          return concat(
            parts.filter((part) => part.shape.at(-1) !== 0),
            -1,
          ); // (…shape, features)
        }),
      logProb: (z) =>
        scope(() => {
          expectShape('structuredCodes', z, ['…', features]);
          const gaussian = slice(
            z,
            z.shape.map(() => 0),
            [...z.shape.slice(0, -1), noise],
          );
          return sub(scalar(constant), mul(sum(square(gaussian), -1), 0.5)); // (…shape)
        }),
    }),
  };
}

/** The layout with its defaults filled in and the length of a code. */
export function expectLayout(
  where: string,
  { noise, categories = [], continuous = 0 }: CodeLayout,
): Required<CodeLayout> & { readonly features: number } {
  expectIntegers(where, { noise, continuous }, 0);
  for (const count of categories) expectIntegers(where, { 'kinds of a category': count }, 2);
  const features = noise + sumOf(categories) + continuous;
  if (features === 0)
    throw new GenaiError(`${where}: the code has no feature. Give it noise, categories or continuous.`);
  return { noise, categories, continuous, features };
}

export function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
