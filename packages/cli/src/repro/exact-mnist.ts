import { join } from 'node:path';
import { binaryPixels, made, pixelCnn, pixelCnnPlusPlus, pixelModel, vectorNll } from '@genai/autoregressive';
import { save } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { type Distribution, disposeTree, key, type Model, mapLeaves, sizeOf, split, type Tree } from '@genai/core';
import { batches, binarize, type Dataset, take } from '@genai/data';
import { evaluate, nll, type Score } from '@genai/eval';
import { scope } from '@genai/tensor';
import { ema, minimize } from '@genai/train';
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import { imageData } from '../image-data.js';
import { number } from '../progress.js';
import { adamFrom, fallingOver, type MovedBy, muonFrom } from './moved-by.js';
import { dataOptions, type Protocol, type ReproContext, type Reproduction } from './protocol.js';
import { trainKept } from './train-kept.js';
import { binarizedOnce, vectors } from './vectors.js';

/** A masked autoencoder with one hidden layer in the natural order. */
export const madeMnist: Protocol = {
  name: 'made-mnist',
  about: 'MADE of 500 hidden units: exact NLL of MNIST, binarised anew at every step',
  run: (context) =>
    exactMnist(context, {
      ...MADE,
      what: 'MADE, 500 hidden units, direct connections',
      published: '94.5',
      source:
        'github.com/EugenHotaj/pytorch-generative and karpathy/pytorch-made: 500 hidden units, one order, images binarised once',
      modelOf: (features) => made({ features, hidden: [500], direct: true }),
      layers: 'one hidden layer of 500 units, weights from the pixels straight to the outputs, natural order',
      epochs: 30,
      ...adamFrom(1e-2),
    }),
};

/** A wider one. */
export const madeMnistLarge: Protocol = {
  name: 'made-mnist-large',
  about: 'the same of 2,000 hidden units',
  run: (context) =>
    exactMnist(context, {
      ...MADE,
      what: 'MADE, 2,000 hidden units, direct connections',
      published: '84.87',
      source:
        'github.com/EugenHotaj/pytorch-generative: 8,000 hidden units, batch 64, 85 epochs, images binarised anew',
      modelOf: (features) => made({ features, hidden: [2000], direct: true }),
      layers: 'one hidden layer of 2,000 units, weights from the pixels straight to the outputs, natural order',
      epochs: 40,
      ...adamFrom(3e-3),
    }),
};

/** Masked convolutions, pixel by pixel. */
export const pixelCnnMnist: Protocol = {
  name: 'pixelcnn-mnist',
  about: 'PixelCNN of 15 residual blocks: exact NLL of MNIST, binarised anew at every step',
  run: (context) =>
    exactMnist(context, {
      what: 'PixelCNN, 15 blocks of 16 channels',
      published: '81.45',
      source: 'github.com/EugenHotaj/pytorch-generative: 15 blocks of 16 channels, batch 256, rate 1e-3, 457 epochs',
      modelOf: () => pixelModel({ net: pixelCnn(), emission: binaryPixels(), height: 28, width: 28 }),
      layers: 'a 7 × 7 convolution, 15 residual blocks of 16 (32) channels, two layers of 32',
      read: (images) => images,
      epochs: 8,
      batch: 16,
      ...muonFrom(
        { muon: 5e-3, adam: 2e-3 },
        'matrices and filters of the blocks',
        (path, leaf) => path.startsWith('blocks.') && leaf.rank > 1,
      ),
    }),
};

/** Masked convolutions at three resolutions. */
export const pixelCnnPlusPlusMnist: Protocol = {
  name: 'pixelcnn-plus-plus-mnist',
  about: 'PixelCNN++ of 20 channels: the same in a fraction of the epochs',
  run: (context) =>
    exactMnist(context, {
      what: 'PixelCNN++, 20 channels, three resolutions',
      published: '81.45',
      source:
        'github.com/EugenHotaj/pytorch-generative: PixelCNN, 15 blocks of 16 channels, batch 256, rate 1e-3, 457 epochs',
      modelOf: () =>
        pixelModel({
          net: pixelCnnPlusPlus({ channels: 1, outputs: 1, width: 20, layers: 1, dropout: 0 }),
          emission: binaryPixels(),
          height: 28,
          width: 28,
        }),
      layers:
        'two streams of gated residual blocks, one at each of three resolutions on the way down, two at the finer ones on the way up',
      read: (images) => images,
      epochs: 2,
      batch: 16,
      ...muonFrom(
        { muon: 5e-3, adam: 2e-3 },
        'matrices and filters of the blocks',
        (path, leaf) => /^(shrinking|growing)\./.test(path) && leaf.rank > 1,
      ),
    }),
};

interface Experiment<P, O extends Tree<Tensor>> extends MovedBy<O> {
  readonly what: string;
  readonly published: string;
  readonly source: string;
  readonly layers: string;
  readonly modelOf: (features: number) => Model<P, Distribution<Tensor>>;
  /** Images (batch, height, width, channels) as the model takes them. */
  readonly read: (images: Dataset<Tensor>) => Dataset<Tensor>;
  readonly epochs: number;
  readonly batch: number;
}

const MADE = { read: vectors, batch: 100 };
const DECAY = 0.999;
/** Test images that are looked at after each epoch. */
const WATCHED = 1_000;

async function exactMnist<P extends Tree<Tensor>, O extends Tree<Tensor>>(
  context: ReproContext,
  { what, published, source, layers, modelOf, read, batch, optimizer, rates, ...experiment }: Experiment<P, O>,
): Promise<Reproduction> {
  const { seed, folder, bar, signal } = context;
  const { train, test, shape } = await imageData(context.data ?? 'mnist', context.cwd, dataOptions(context));
  const epochs = Math.min(experiment.epochs, context.limit ?? experiment.epochs);
  const model = modelOf(sizeOf(shape));
  const [runKey, orderKey, pixelKey] = split(key(seed), 3);
  const ordered = batches(read(train), { size: batch, key: orderKey });
  const { perEpoch } = ordered;
  const steps = epochs * perEpoch;
  const step = ema(minimize(vectorNll(model), optimizer(fallingOver(steps))), { decay: DECAY });
  const measured = await binarizedOnce(read(test), key(778));
  const nats = async (params: P, data: Dataset<Tensor>): Promise<Score> => {
    const scores = await evaluate(model, params, {
      data: batches(data, { size: 100, epochs: 1, last: 'keep' }),
      key: key(seed),
      metrics: { nll: nll() },
      signal,
    });
    return scores.nll;
  };
  await using run = await trainKept(
    step,
    {
      ...{ name: 'run', data: binarize(ordered, { key: pixelKey }), steps, key: runKey, shown: 'loss' },
      look: {
        every: perEpoch,
        say: async ({ average }, made) => {
          const { mean } = await nats(average as P, take(measured, Math.min(WATCHED, measured.length)));
          return `epoch ${made / perEpoch}: ${number(mean)} nats, ${WATCHED} test images`;
        },
      },
    },
    context,
  );
  if (run.step < steps) return { findings: [], protocol: '', steps: run.step, stopped: true };
  const params = scope(() => mapLeaves<Tensor, P>(run.state.average as P, (leaf) => clone(leaf)));
  try {
    await save(directory(join(folder, 'model')), params, { metadata: { what, seed: String(seed) } });
    bar.note(`measuring ${measured.length} test images`);
    const { mean, standardError } = await nats(params, measured);
    const finding = {
      ...{ what, metric: 'exact negative log-likelihood', unit: 'nats an image', lowerIsBetter: true },
      ...{ published, source, ours: mean, standardError },
    };
    const protocol =
      `${train.length} images to train on, binarised anew at every step, ${measured.length} to measure, binarised once; ${layers}; batch ${batch}, ${epochs} epochs, ` +
      `${rates} to a hundredth along a cosine, parameters averaged over ${DECAY}. No epoch was chosen by the test images.`;
    return { findings: [finding], protocol, steps, stopped: false };
  } finally {
    disposeTree(params);
  }
}
