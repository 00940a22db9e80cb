/** What the types promise; checked by the compiler, never run. */
import type { Distribution, Key, LowerBound, Model, Samples } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { bitsPerDim, elbo, evaluate, importanceWeightedNll, type Metric, nll, on } from './index.js';

type P = { weight: Tensor };
declare const key: Key;
declare const params: P;
declare const data: Tensor[];
declare const labelled: { image: Tensor; label: Tensor }[];
declare const gan: Model<P, Samples<Tensor>>;
declare const flow: Model<P, Distribution<Tensor>>;
declare const vae: Model<P, Samples<Tensor> & LowerBound<Tensor>>;
declare const conditional: Model<P, Distribution<Tensor>, Tensor>;
declare const distance: Metric<Samples<Tensor>>;

export async function measured(): Promise<number> {
  const scores = await evaluate(flow, params, { data, key, metrics: { bits: bitsPerDim(), distance } });
  // @ts-expect-error there is no such metric
  scores.nll;
  return scores.bits.mean + scores.distance.standardError;
}

evaluate(vae, params, { data, key, metrics: { elbo: elbo(), nll: importanceWeightedNll({ samples: 10 }), distance } });
evaluate(gan, params, { data, key, metrics: { distance } });

// @ts-expect-error a GAN has no density
evaluate(gan, params, { data, key, metrics: { bits: bitsPerDim() } });

// @ts-expect-error a GAN has no density, not even beside what it has
evaluate(gan, params, { data, key, metrics: { distance, nll: nll() } });

// @ts-expect-error a VAE has no exact density
evaluate(vae, params, { data, key, metrics: { nll: nll() } });

// @ts-expect-error a flow has no lower bound: it has the density itself
evaluate(flow, params, { data, key, metrics: { elbo: elbo() } });

// @ts-expect-error the batches are pairs, the metric takes images
evaluate(flow, params, { data: labelled, key, metrics: { nll: nll() } });

evaluate(conditional, params, {
  data: labelled,
  key,
  context: ({ label }) => label,
  metrics: { nll: on(({ image }: { image: Tensor }) => image, nll()) },
});

// @ts-expect-error a conditional model needs its context
evaluate(conditional, params, { data, key, metrics: { nll: nll() } });

// @ts-expect-error an unconditional model has none
evaluate(flow, params, { data, key, context: () => data[0], metrics: { nll: nll() } });
