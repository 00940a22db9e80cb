import { key, sizeOf, type Tree } from '@genai/core';
import { skip, take } from '@genai/data';
import { linear } from '@genai/train';
import { elbo, gatedVae, type Vae, vae, vampPrior } from '@genai/vae';
import type { Tensor } from '@tensorflow/tfjs-core';
import { imageData } from '../image-data.js';
import { likelihood } from './likelihood.js';
import { dataOptions, type Protocol, type ReproContext, type Reproduction } from './protocol.js';
import { DECAY } from './train-vae.js';
import { binarizedOnce, vectors } from './vectors.js';

/** Fashion-MNIST, a normal prior. */
export const vaeFashion: Protocol = {
  name: 'vae-fashion',
  about: 'VAE with gated layers and a normal prior: NLL of binarised Fashion-MNIST',
  run: (context) =>
    fashion(context, (inputs) => vae(gatedVae({ inputs })), {
      what: 'VAE, N(0, I) prior',
      published: '228.70 ± 0.15',
      epochs: 300,
    }),
};

/** The same nets with a mixture of 500 posteriors as prior. */
export const vaeFashionVamp: Protocol = {
  name: 'vae-fashion-vamp',
  about: 'the same with a VampPrior of 500 pseudo-inputs',
  run: (context) =>
    fashion(
      context,
      (inputs) => vae({ ...gatedVae({ inputs }), prior: vampPrior(500, [inputs], { mean: 0.28, deviation: 0.1 }) }),
      { what: 'VAE, VampPrior (K = 500)', published: '227.35', epochs: 300 },
    ),
};

const RATE = 2e-3;
const BATCH = 100;

async function fashion<P extends Tree<Tensor>>(
  context: ReproContext,
  modelOf: (inputs: number) => Vae<P>,
  { what, published, epochs }: { readonly what: string; readonly published: string; readonly epochs: number },
): Promise<Reproduction> {
  const { train, test, shape } = await imageData(context.data ?? 'fashion-mnist', context.cwd, dataOptions(context));
  const inputs = sizeOf(shape);
  const model = modelOf(inputs);
  const all = vectors(train);
  const held = Math.floor(all.length / 6);
  const made = Math.min(epochs, context.limit ?? epochs);
  const warmup = Math.ceil(made / 10);
  return likelihood(
    {
      what,
      published,
      source: 'Norouzi, Fleet, Norouzi 2020, "Exemplar VAE", table of density estimation',
      training: {
        model,
        train: take(all, all.length - held),
        watch: await binarizedOnce(skip(all, all.length - held), key(777)),
        batch: BATCH,
        epochs: made,
        rate: RATE,
        objective: (perEpoch) => elbo(model, { beta: linear(0, 1, warmup * perEpoch) }),
      },
      test: await binarizedOnce(vectors(test), key(778)),
      protocol:
        `${all.length - held} images to train on, binarised anew at every step, ${held} held out to look at and ${test.length} to measure, binarised ` +
        `once. Gated dense layers ${inputs}-300-300-40 and back, batch ${BATCH}, ${made} epochs with a KL warm-up of ${warmup}, Adam with a rate that falls ` +
        `from ${RATE} to a hundredth along a cosine, parameters averaged over ${DECAY}. Published: the same nets and data, batch 100, a constant rate of 5e-4, a ` +
        'warm-up of 100 epochs, stopped by the images held out, 5,000 draws, mean of several runs.',
    },
    context,
  );
}
