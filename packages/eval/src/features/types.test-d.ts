/** What the types promise; checked by the compiler, never run. */
import type { Key } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { SampleMetric } from '../sample-metric.js';
import { compareSamples } from './compare-samples.js';
import { energyDistance } from './energy-distance.js';
import { frechet } from './frechet.js';
import { gatherStatistics } from './gather-statistics.js';
import { inceptionScore } from './inception-score.js';
import { onBatch } from './on-batch.js';
import { precisionRecallMetric } from './precision-recall-metric.js';

declare const key: Key;
declare const rows: AsyncIterable<Tensor>;
declare const pictures: { image: Tensor; label: Tensor }[];
declare const texts: string[][];
declare const extract: (batch: { image: Tensor }) => Promise<Tensor>;
declare const words: SampleMetric<'distinct', string[]>;

const metrics = { frechet: frechet(), manifold: precisionRecallMetric() };

export async function compared(): Promise<number> {
  const found = await compareSamples({ samples: rows, reference: [] as Tensor[], metrics, key });
  // @ts-expect-error there is no such metric
  found.figures.kernel;
  // @ts-expect-error this metric has no such figure
  found.figures.manifold.frechet;
  return found.figures.manifold.precision.value + found.figures.frechet.frechet.value;
}

export async function tested(): Promise<number> {
  const both = { tested: energyDistance({ test: { permutations: 99 } }), plain: energyDistance() };
  const { figures } = await compareSamples({ samples: rows, reference: rows, metrics: both, key });
  // @ts-expect-error without a test there is no p-value
  figures.plain.pValue;
  return figures.tested.pValue.value;
}

export async function gathered(): Promise<void> {
  const reference = await gatherStatistics({ data: pictures, features: extract, metrics, key });
  const features = { name: 'net-1', extract };
  await compareSamples({ samples: pictures, reference, features, metrics, key });
  const more = { ...metrics, energy: energyDistance() };
  // @ts-expect-error the reference was not measured by one of them
  await compareSamples({ samples: pictures, reference, features, metrics: more, key });
}

compareSamples({ samples: texts, reference: texts, metrics: { words }, key });

// @ts-expect-error texts are no features
compareSamples({ samples: texts, reference: texts, metrics, key });

// @ts-expect-error pictures with labels are no features, and nothing extracts them
gatherStatistics({ data: pictures, metrics, key });

compareSamples({
  samples: pictures,
  metrics: { score: onBatch((batch: { image: Tensor }) => batch.image, inceptionScore()) },
  key,
});
