import { disposeTree, key, sizeOf, type Tree } from '@genai/core';
import { batches, skip, take } from '@genai/data';
import { evaluate, importanceWeightedNll } from '@genai/eval';
import { adam, linear } from '@genai/train';
import { elbo, gatedVae, type Vae, vae, vampPrior } from '@genai/vae';
import type { Tensor } from '@tensorflow/tfjs-core';
import { imageData } from '../image-data.js';
import { number } from '../progress.js';
import { dataOptions, type Finding, type Protocol, type ReproContext, type Reproduction } from './protocol.js';
import { trainVae } from './train-vae.js';
import { binarizedOnce, vectors } from './vectors.js';

/** Fashion-MNIST, a normal prior. */
export const vaeFashion: Protocol = {
  name: 'vae-fashion',
  about: 'VAE with gated layers and a normal prior: NLL of binarised Fashion-MNIST',
  run: (context) =>
    likelihood(context, (inputs) => vae(gatedVae({ inputs })), {
      what: 'VAE, N(0, I) prior',
      published: '228.70 ± 0.15',
    }),
};

/** The same nets with a mixture of 500 posteriors as prior. */
export const vaeFashionVamp: Protocol = {
  name: 'vae-fashion-vamp',
  about: 'the same with a VampPrior of 500 pseudo-inputs',
  run: (context) =>
    likelihood(
      context,
      (inputs) => vae({ ...gatedVae({ inputs }), prior: vampPrior(500, [inputs], { mean: 0.28, deviation: 0.1 }) }),
      { what: 'VAE, VampPrior (K = 500)', published: '227.35' },
    ),
};

const SOURCE = 'Norouzi, Fleet, Norouzi 2020, "Exemplar VAE", table of density estimation';
const WARMUP = 100;
const PATIENCE = 50;
const MOST_EPOCHS = 2_000;
/** Draws of z for each image: a first look, and as many as the published figure takes. */
const [FEW_DRAWS, DRAWS] = [500, 5000];

async function likelihood<P extends Tree<Tensor>>(
  context: ReproContext,
  modelOf: (inputs: number) => Vae<P>,
  { what, published }: { readonly what: string; readonly published: string },
): Promise<Reproduction> {
  const { seed, bar, signal, limit = MOST_EPOCHS } = context;
  const { train, test, shape } = await imageData(context.data ?? 'fashion-mnist', context.cwd, dataOptions(context));
  const inputs = sizeOf(shape);
  const model = modelOf(inputs);
  const all = vectors(train);
  const held = Math.floor(all.length / 6);
  const warmup = Math.min(WARMUP, Math.ceil(limit / 4));
  const trained = await trainVae(
    {
      model,
      train: take(all, all.length - held),
      validation: await binarizedOnce(skip(all, all.length - held), key(777)),
      batch: 100,
      epochs: limit,
      patience: PATIENCE,
      patientFrom: warmup,
      objective: (perEpoch) => elbo(model, { beta: linear(0, 1, warmup * perEpoch) }),
      optimizer: () => adam(5e-4),
    },
    context,
  );
  try {
    const { steps, stopped, epoch, epochs } = trained;
    if (stopped) return { findings: [], protocol: '', steps, stopped };
    const images = await binarizedOnce(vectors(test), key(778));
    const measured = async (samples: number): Promise<Finding> => {
      bar.note(`measuring ${images.length} test images with ${samples} draws each`);
      const { nll } = await evaluate(model, trained.params, {
        data: batches(images, { size: 100, epochs: 1, last: 'keep' }),
        key: key(seed),
        metrics: { nll: importanceWeightedNll({ samples, chunk: 50 }) },
        signal,
      });
      bar.note(`${number(nll.mean)} ± ${number(nll.standardError)} nats`);
      return {
        what,
        metric: `importance-weighted NLL, ${samples.toLocaleString('en')} draws`,
        unit: 'nats an image',
        lowerIsBetter: true,
        published,
        source: SOURCE,
        ours: nll.mean,
        standardError: nll.standardError,
      };
    };
    return {
      findings: [await measured(FEW_DRAWS), await measured(DRAWS)],
      protocol:
        `${held * 5} images to train on, binarised anew at every step, ${held} to stop by and ${images.length} to measure, both binarised ` +
        `once. Gated dense layers ${inputs}-300-300-40 and back, Adam 5e-4 (theirs normalises each gradient before), batch 100, KL warm-up ` +
        `of ${warmup} epochs, to end ${PATIENCE} epochs after the best ELBO on the images to stop by, or at ${limit} (best: epoch ${epoch} of ${epochs} made). The ` +
        'published figure takes 5,000 draws and is the mean of several runs.',
      steps,
      stopped: false,
    };
  } finally {
    disposeTree(trained.params as Tree<Tensor>);
  }
}
