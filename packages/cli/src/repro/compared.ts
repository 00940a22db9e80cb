import type { Dataset } from '@genai/data';
import { frechetDistance, precisionRecall } from '@genai/eval';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { FeatureNet } from '../model/feature-net.js';
import { type FeatureRows, featuresOfData, spread } from '../model/feature-rows.js';
import type { Finding } from './protocol.js';

/** What is known of pictures beside those they imitate. */
export interface Comparison {
  readonly what: string;
  /** Features of the generated pictures. */
  readonly fakes: FeatureRows;
  /** The real ones. */
  readonly real: Dataset<Tensor>;
  readonly net: FeatureNet;
  readonly signal: AbortSignal;
}

/** Pictures of each side at most. */
export const COUNT = 10_000;
const NEIGHBOURS = 3;

/** The Fréchet distance of features, and precision and recall among them. */
export async function compared({ what, fakes, real, net, signal }: Comparison): Promise<Finding[]> {
  const reals = await featuresOfData(real, spread(real.length, COUNT), net, signal);
  const { precision, recall } = await precisionRecall(reals, fakes, { neighbours: NEIGHBOURS });
  const common = { what, published: null, source: null };
  return [
    {
      ...common,
      metric: 'Fréchet distance of own features (not FID)',
      unit: '',
      lowerIsBetter: true,
      ours: await frechetDistance(reals, fakes),
    },
    { ...common, metric: 'precision', unit: '%', lowerIsBetter: false, ours: 100 * precision },
    { ...common, metric: 'recall', unit: '%', lowerIsBetter: false, ours: 100 * recall },
  ];
}

/** How the numbers of {@link compared} come about. */
export function comparison({ fakes, real, net }: Pick<Comparison, 'fakes' | 'real' | 'net'>): string {
  return (
    `${fakes.length} pictures beside ${Math.min(COUNT, real.length)} test images, in the 64 features of the classifier of Fashion-MNIST ` +
    `with sha256 ${net.sha256}; precision and recall with ${NEIGHBOURS} neighbours.`
  );
}
