import { GenaiError } from '@genai/core';
import { type DensityOverlap, densityOverlap } from './density-overlap.js';

/** What {@link featureOverlap} found. */
export interface FeatureOverlap extends DensityOverlap {
  /** The mean distance between two generated pieces: 0 if all are alike. */
  readonly within: number;
  /** The mean distance from a generated piece to a real one. */
  readonly between: number;
}

/**
 * How a feature of generated pieces compares with that of real ones: distances among the generated beside distances to the real ones, by the overlapping area
 * of their densities and KL(within ‖ between) in nats.
 *
 * A feature is a number of each piece, such as its span, or a vector, such as a histogram; distances are Euclidean. All pairs count: pass some tens of pieces,
 * or a hundred.
 *
 * @example
 * const { overlappingArea } = featureOverlap(real.map((notes) => pitchClassHistogram(notes)), generated.map((notes) => pitchClassHistogram(notes)));
 * @throws GenaiError unless there are two generated pieces, one real one, and features of one length.
 * @source Yang and Lerch 2020, "On the evaluation of generative models in music" (intra- and inter-set distances).
 */
export function featureOverlap(
  real: readonly (number | ArrayLike<number>)[],
  generated: readonly (number | ArrayLike<number>)[],
): FeatureOverlap {
  if (generated.length < 2 || real.length < 1) {
    throw new GenaiError(
      `featureOverlap: got ${real.length} real and ${generated.length} generated pieces, expected at least one and two.`,
    );
  }
  const [known, made] = [real.map(vectorOf), generated.map(vectorOf)];
  const width = known[0]!.length;
  const odd = [...known, ...made].find(({ length }) => length !== width);
  if (odd)
    throw new GenaiError(`featureOverlap: got features of ${width} and ${odd.length} numbers, expected one length.`);
  const within = made.flatMap((one, i) => made.slice(0, i).map((other) => distance(one, other)));
  const between = made.flatMap((one) => known.map((other) => distance(one, other)));
  return { ...densityOverlap(within, between), within: mean(within), between: mean(between) };
}

function vectorOf(feature: number | ArrayLike<number>): ArrayLike<number> {
  return typeof feature === 'number' ? [feature] : feature;
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let squared = 0;
  for (let i = 0; i < a.length; i++) squared += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(squared);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
