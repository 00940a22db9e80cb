import { frechetDistance, nearestNeighbours, type PrecisionRecall, precisionRecall } from '@genai/eval';
import { owned, scope } from '@genai/tensor';
import { labelledOf } from '../../image-data.js';
import { UsageError } from '../../usage-error.js';
import { type FeatureRows, featuresOfData, featuresOfImages, spread } from '../feature-rows.js';
import { featuresFor } from '../features.js';
import { labelsOf } from '../labels-of.js';
import type { Trainable } from '../trainable.js';
import type { GanConfig } from './gan-config.js';

const NEIGHBOURS = 5;
/** Training images among whom the usual distance is found. */
const FOR_SPACING = 2_000;

/**
 * Compares as many samples as there are held-out images with those; `copies` is the share of samples that lie nearer to some
 * training image than a tenth of the median distance of training images to their nearest.
 */
export function measureGan(
  draw: Trainable['draw'],
  { preset, data: { shape } }: GanConfig,
  classes: number | undefined,
): Trainable['measure'] {
  return async (params, { data, names, key, signal }) => {
    const features = await featuresFor(shape);
    const { test, train } = data;
    const count = test.length;
    if (count <= NEIGHBOURS) {
      throw new UsageError(`samples are compared with more than ${NEIGHBOURS} held-out images, there are ${count}.`);
    }
    const all = Uint32Array.from({ length: count }, (_, i) => i);
    const labels = classes === undefined ? undefined : await labelsOf(labelledOf(data, preset).test, all);
    using samples = owned({ images: scope(() => draw(params, key, { count, ...(labels && { labels }) })) });
    const fake = await featuresOfImages(samples.images, features);
    signal?.throwIfAborted();
    const real = await featuresOfData(test, all, features, signal);
    let rates: PrecisionRecall | undefined;
    const scores: { [name: string]: { mean: number; unit: string } } = {};
    for (const name of names) {
      signal?.throwIfAborted();
      let mean: number;
      if (name === 'frechet') mean = await frechetDistance(real, fake);
      else if (name === 'copies') {
        const known = await featuresOfData(train, spread(train.length, train.length), features, signal);
        mean = await copiesOf(fake, known);
      } else {
        rates ??= await precisionRecall(real, fake, { neighbours: NEIGHBOURS });
        mean = rates[name as keyof PrecisionRecall];
      }
      scores[name] = { mean, unit: '' };
    }
    return { scores, features: features.name };
  };
}

async function copiesOf(fake: FeatureRows, known: FeatureRows): Promise<number> {
  const some = [...spread(known.length, FOR_SPACING)].map((i) => known[i]!);
  // The nearest of a training image is itself, the next is another.
  const spacing = (await nearestNeighbours(some, known, 2)).map(({ distances }) => distances[1]!).sort((a, b) => a - b);
  const bound = spacing[Math.floor(spacing.length / 2)]! / 10;
  const nearest = await nearestNeighbours(fake, known, 1);
  return nearest.filter(({ distances }) => distances[0]! < bound).length / fake.length;
}
