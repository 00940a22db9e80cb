import { createHash } from 'node:crypto';
import { key } from '@genai/core';
import { batches, type Dataset } from '@genai/data';
import { gatherStatistics, type SampleMetric, type Statistics } from '@genai/eval';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type FeatureRows, featuresOfData, spread } from './feature-rows.js';
import type { Features } from './features.js';
import { keptStatistics } from './kept-statistics.js';

/** Images below which looking is as quick as looking up. */
const KEPT_FROM = 500;
/** Looked at together. */
const ROWS = 256;

interface Asked {
  readonly data: Dataset<Tensor>;
  readonly features: Features;
  readonly signal?: AbortSignal | undefined;
}

/** What metrics keep of the features of all images of a data set, gathered once and kept on this machine. */
export function statisticsOfImages(
  { data, features, signal }: Asked,
  metrics: { readonly [name: string]: SampleMetric },
): Promise<{ readonly [name: string]: Statistics }> {
  const settings = Object.entries(metrics).map(([name, metric]) => `${name} ${metric.settings.keep ?? ''}`);
  return kept({ data, features, signal }, `statistics ${settings.join(', ')}`, () =>
    gatherStatistics({
      data: batches(data, { size: ROWS, epochs: 1, last: 'keep' }),
      features: { name: features.name, extract: features.of },
      ...{ metrics, key: key(0), signal }, // what is kept of too many does not hang on the seed
    }),
  );
}

/** The features of all images of a data set, in their order, likewise kept. */
export async function featuresOfImagesKept({ data, features, signal }: Asked): Promise<FeatureRows> {
  const { images } = await kept({ data, features, signal }, 'features', async () => {
    const found = await featuresOfData(data, spread(data.length, data.length), features, signal);
    const width = found[0]!.length;
    const values = new Float32Array(found.length * width);
    for (const [i, row] of found.entries()) values.set(row, i * width);
    return { images: { rows: { shape: [found.length, width], values } } };
  });
  const { shape, values } = images!.rows!;
  const [count, width] = shape as [number, number];
  return Array.from({ length: count }, (_, i) => (values as Float32Array).subarray(i * width, (i + 1) * width));
}

async function kept<S extends { readonly [name: string]: Statistics }>(
  { data, features, signal }: Asked,
  what: string,
  make: () => Promise<S>,
): Promise<S> {
  if (data.length < KEPT_FROM) return make();
  return keptStatistics({ what, features: features.name, images: await hashOfImages(data, signal) }, make);
}

/** Of the pixels themselves: files change under their names. */
async function hashOfImages(data: Dataset<Tensor>, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  for await (const images of batches(data, { size: ROWS, epochs: 1, last: 'keep' })) {
    signal?.throwIfAborted();
    const values = (await images.data()) as Float32Array;
    hash.update(`${images.shape} `).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}
