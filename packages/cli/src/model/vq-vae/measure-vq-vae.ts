import type { Model } from '@genai/core';
import { batches, type Dataset } from '@genai/data';
import type { Metric } from '@genai/eval';
import { gather, owned, scope } from '@genai/tensor';
import { encodeCodes } from '@genai/vae';
import { mean, neg, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { evaluated, measurements } from '../evaluated.js';
import type { Measured, MeasureOptions } from '../trainable.js';
import type { BuiltVqVae } from './build-vq-vae.js';

type Params = ReturnType<BuiltVqVae['init']>;
type Again = ReturnType<BuiltVqVae['decode']>;
/** What the codes of images say about them. */
type Reconstructed = { readonly of: (x: Tensor) => Again };

const METRICS = {
  distortion: { unit: 'nats', measure: ({ of }, x) => neg(of(x).logProb(x)) },
  squaredError: { unit: 'squared intensity', measure: ({ of }, x) => mean(square(sub(x, of(x).mean())), [1, 2, 3]) },
} as const satisfies { readonly [name: string]: Metric<Reconstructed, Tensor> };

/** Averages over the held-out images, each taken once. */
export async function measureVqVae(
  model: BuiltVqVae,
  params: Params,
  { data: { test }, names, batch, bootstrap, key, signal }: MeasureOptions,
): Promise<Measured> {
  const again: Model<Params, Reconstructed> = {
    init: model.init,
    given: (p) => ({ of: (x) => model.decode(p, gather(p.codes, encodeCodes(model, p, x))) }),
  };
  const wanted = Object.entries(METRICS).filter(([name]) => names.includes(name));
  const found =
    wanted.length === 0
      ? {}
      : await evaluated(again, params, {
          data: batches(test, { size: batch, epochs: 1, last: 'keep' }),
          key,
          bootstrap,
          metrics: Object.fromEntries(wanted),
          ...(signal && { signal }),
        });
  const scores = measurements(found);
  if (!names.includes('perplexity')) return { scores };
  return { scores: { ...scores, perplexity: { mean: await perplexity(model, params, test, batch), unit: 'codes' } } };
}

/** exp of the entropy of the shares that codes have among all places of all images. */
async function perplexity(model: BuiltVqVae, params: Params, data: Dataset<Tensor>, size: number): Promise<number> {
  const counts = new Array<number>(params.codes.shape[0]!).fill(0);
  for await (const images of batches(data, { size, epochs: 1, last: 'keep' })) {
    using grid = owned({ codes: scope(() => encodeCodes(model, params, images)) });
    for (const code of await grid.codes.data()) counts[code]!++;
  }
  const total = counts.reduce((a, b) => a + b, 0);
  const used = counts.filter((count) => count > 0);
  return Math.exp(used.reduce((sum, count) => sum - (count / total) * Math.log(count / total), 0));
}
