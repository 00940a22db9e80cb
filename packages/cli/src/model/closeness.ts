import { nearestNeighbours } from '@genai/eval';
import { type FeatureRows, spread } from './feature-rows.js';

/** How near samples come to the images that a model learnt from. */
export interface Closeness {
  /** The share of samples nearer to a training image than a tenth of the median distance of training images to their nearest. */
  readonly copies: number;
  /** The share of samples further from their nearest training image than that lies from its own nearest: `authenticity` of `@genai/eval`. */
  readonly authenticity: number;
}

/** Training images among whom the usual distance is found. */
const FOR_SPACING = 2_000;

/** From features of both. */
export async function closeness(fake: FeatureRows, known: FeatureRows): Promise<Closeness> {
  const nearest = await nearestNeighbours(fake, known, 1);
  const spacing = await spacingOf(known, spread(known.length, FOR_SPACING));
  const bound = [...spacing.values()].sort((a, b) => a - b)[Math.floor(spacing.size / 2)]! / 10;
  // Only of those that are some sample's nearest: all beside all would be the square of the training data.
  const own = await spacingOf(known, new Set(nearest.map(({ indices }) => indices[0]!)));
  const shareOf = (count: number): number => count / fake.length;
  return {
    copies: shareOf(nearest.filter(({ distances }) => distances[0]! < bound).length),
    authenticity: shareOf(nearest.filter(({ indices, distances }) => distances[0]! > own.get(indices[0]!)!).length),
  };
}

/** The distances of some images to the nearest of the others. */
async function spacingOf(known: FeatureRows, some: Iterable<number>): Promise<ReadonlyMap<number, number>> {
  const chosen = [...some];
  // The nearest of an image is itself, the next is another.
  const found = await nearestNeighbours(
    chosen.map((i) => known[i]!),
    known,
    2,
  );
  return new Map(chosen.map((i, at) => [i, found[at]!.distances[1]!]));
}
