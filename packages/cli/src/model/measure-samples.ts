import type { Key } from '@genai/core';
import {
  compareSamples,
  type Figure,
  frechet,
  kernelDistance,
  precisionRecallMetric,
  type SampleMetric,
  signature,
} from '@genai/eval';
import { owned, scope } from '@genai/tensor';
import { type ImageData, labelledOf } from '../image-data.js';
import { UsageError } from '../usage-error.js';
import { closeness } from './closeness.js';
import type { ImageConfig } from './families.js';
import { type FeatureRows, featuresOfImages, spread } from './feature-rows.js';
import { type Features, featuresFor } from './features.js';
import { featuresOfImagesKept, statisticsOfImages } from './image-statistics.js';
import { labelsOf } from './labels-of.js';
import type { Measured, Params, Trainable } from './trainable.js';

export interface MeasureSamplesOptions {
  /** The data; samples are set beside `test`, cut to so many images as were asked for, and beside `train`. */
  readonly data: ImageData;
  /** Of `SAMPLE_METRICS`. */
  readonly names: readonly string[];
  /** How many to draw; as many as there are held-out images unless given. */
  readonly drawn?: number | undefined;
  readonly key: Key;
  readonly signal?: AbortSignal | undefined;
}

/** Balls reach to that neighbour. */
const NEIGHBOURS = 5;
/** Images of a subset of the kernel distance, and how many subsets there are. */
const SUBSET = 1_000;
const SUBSETS = 100;
/** What looks at the training images. */
const CLOSE: readonly string[] = ['copies', 'authenticity'];

/**
 * Compares samples of a model with held-out images, and with those it learnt from. Where it is given classes, samples have those of
 * the held-out images.
 */
export async function measureSamples(
  draw: Trainable['draw'],
  { preset, data: { shape, classes } }: ImageConfig,
  params: Params,
  { data, names, drawn, key, signal }: MeasureSamplesOptions,
): Promise<Measured> {
  const held = data.test.length;
  const count = drawn ?? held;
  expectEnough(held, count);
  const features = await featuresFor(shape);
  const labels = classes === undefined ? undefined : await labelsFor(count, data, preset);
  using samples = owned({ images: scope(() => draw(params, key, { count, ...(labels && { labels }) })) });
  const fake = await featuresOfImages(samples.images, features);
  signal?.throwIfAborted();
  const sides: Sides = { fake, data, names, features, key, signal };
  const found = { ...(await besideHeldOut(sides)), ...(await besideTraining(sides)) };
  return {
    scores: Object.fromEntries(names.map((name) => [name, { mean: found[name]!.mean, unit: '' }])),
    features: features.name,
    signatures: Object.fromEntries(names.map((name) => [name, found[name]!.signature])),
  };
}

interface Sides extends MeasureSamplesOptions {
  /** Features of what was drawn. */
  readonly fake: FeatureRows;
  readonly features: Features;
}

type Found = { [name: string]: { readonly mean: number; readonly signature: string } };

async function besideHeldOut({ fake, data: { test }, names, features, key, signal }: Sides): Promise<Found> {
  const all = metricsFor(test.length, fake.length);
  const asked = Object.fromEntries(
    Object.entries(all).filter(([, { figures }]) => figures.some((figure) => names.includes(figure))),
  );
  if (Object.keys(asked).length === 0) return {};
  const { figures, signatures } = await compareSamples({
    samples: [fake],
    reference: await statisticsOfImages({ data: test, features, signal }, metricsOf(all)),
    features: { name: features.name, extract: (rows: FeatureRows) => rows },
    ...{ metrics: metricsOf(asked), key, signal },
  });
  return Object.fromEntries(
    Object.entries(figures).flatMap(([metric, several]) =>
      Object.entries<Figure>(several).map(([name, { value }]) => [
        name,
        { mean: value, signature: signatures[metric]! },
      ]),
    ),
  );
}

async function besideTraining({ fake, data, names, features, key, signal }: Sides): Promise<Found> {
  if (!names.some((name) => CLOSE.includes(name))) return {};
  const known = await featuresOfImagesKept({ data: data.train, features, signal });
  const about = { features: features.name, samples: fake.length, training: known.length, key: key.join('.') };
  const { copies, authenticity } = await closeness(fake, known);
  return {
    copies: { mean: copies, signature: signature('copies', { within: 'spacing/10', ...about }) },
    authenticity: { mean: authenticity, signature: signature('authenticity', about) },
  };
}

type Known = { readonly [name: string]: { readonly metric: SampleMetric; readonly figures: readonly string[] } };

/** What gives which figures, of so many images held out and drawn. */
function metricsFor(held: number, count: number): Known {
  const size = Math.min(SUBSET, held, count);
  // Where a subset is all there is, one says everything.
  const subsets = Math.max(held, count) > size ? SUBSETS : 1;
  return {
    frechet: { metric: frechet(), figures: ['frechet'] },
    manifold: {
      metric: precisionRecallMetric({ neighbours: NEIGHBOURS }),
      figures: ['precision', 'recall', 'density', 'coverage'],
    },
    kernel: { metric: kernelDistance({ size, subsets }), figures: ['kernelDistance'] },
  };
}

const metricsOf = (known: Known): { readonly [name: string]: SampleMetric } =>
  Object.fromEntries(Object.entries(known).map(([name, { metric }]) => [name, metric]));

function expectEnough(held: number, count: number): void {
  if (held <= NEIGHBOURS) {
    throw new UsageError(`samples are compared with more than ${NEIGHBOURS} held-out images, there are ${held}.`);
  }
  if (count <= NEIGHBOURS) {
    throw new UsageError(`more than ${NEIGHBOURS} samples are compared, --drawn is ${count}. Draw more.`);
  }
}

/** As often as held-out images have them; those of the images themselves where there are as many samples. */
async function labelsFor(count: number, data: ImageData, preset: string): Promise<number[]> {
  const { test } = labelledOf(data, preset);
  const labels = await labelsOf(test, spread(test.length, test.length));
  return Array.from({ length: count }, (_, i) => labels[Math.floor((i * labels.length) / count)]!);
}
