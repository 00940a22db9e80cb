import { join } from 'node:path';
import { save } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import {
  disposeTree,
  type Key,
  key,
  type LowerBound,
  type Model,
  mapLeaves,
  sizeOf,
  split,
  type Tree,
} from '@genai/core';
import { batches, type Dataset, map, skip, take } from '@genai/data';
import { bitsPerDimBound, evaluate, type Score } from '@genai/eval';
import { boundNll, checkerboardFlow, dequantized, multiScaleFlow, pixelNoise } from '@genai/flow';
import { scope } from '@genai/tensor';
import { adam, chain, clipByGlobalNorm, ema, minimize, warmupCosine } from '@genai/train';
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import { type ImageData, imageData } from '../image-data.js';
import { integers } from '../model/flow/integers.js';
import { withBits } from '../model/flow/with-bits.js';
import { number } from '../progress.js';
import { dataOptions, type Protocol, type ReproContext, type Reproduction } from './protocol.js';
import { trainKept } from './train-kept.js';

type Shape = ImageData['shape'];
type Images<P> = Model<P, LowerBound<Tensor>>;

/** Couplings of pixels, uniform noise. */
export const flowMnistSimple: Protocol = {
  name: 'flow-mnist-simple',
  about: 'flow of 8 checkerboard couplings, uniform dequantisation: bits/dim of MNIST',
  run: (context) =>
    mnist(context, {
      what: 'checkerboard flow, uniform dequantisation',
      published: '1.078',
      layers: '8 couplings of pixels',
      modelOf: (shape) => dequantized(checkerboardFlow({ shape })),
    }),
};

/** The same couplings, learned noise. */
export const flowMnistVardeq: Protocol = {
  name: 'flow-mnist-vardeq',
  about: 'the same with variational dequantisation',
  run: (context) =>
    mnist(context, {
      what: 'checkerboard flow, variational dequantisation',
      published: '1.043',
      layers: '8 couplings of pixels, 4 of the noise',
      modelOf: (shape) => dequantized(checkerboardFlow({ shape }), { noise: pixelNoise({ shape }) }),
    }),
};

/** Three scales, learned noise. */
export const flowMnistMultiscale: Protocol = {
  name: 'flow-mnist-multiscale',
  about: 'flow over three scales with variational dequantisation: bits/dim of MNIST',
  run: (context) =>
    mnist(context, {
      what: 'multi-scale flow, variational dequantisation',
      published: '1.020',
      layers: '2 couplings of pixels, 2 and 4 of channels at two coarser scales, 4 of the noise',
      modelOf: (shape) => dequantized(multiScaleFlow({ shape }), { noise: pixelNoise({ shape }) }),
    }),
};

const EPOCHS = 200;
const BATCH = 128;
const RATE = 1e-3;
/** How much of the average of the parameters stays in a step. */
const DECAY = 0.999;
/** Draws of the noise for each image that is measured. */
const SAMPLES = 8;
/** Images held out that are looked at after each epoch, with one draw. */
const WATCHED = 500;

interface Experiment<P> {
  readonly what: string;
  readonly published: string;
  readonly layers: string;
  readonly modelOf: (shape: Shape) => Images<P>;
}

async function mnist<P extends Tree<Tensor>>(
  context: ReproContext,
  { what, published, layers, modelOf }: Experiment<P>,
): Promise<Reproduction> {
  const { seed, folder, bar, signal } = context;
  const { train, test, shape } = await imageData(context.data ?? 'mnist', context.cwd, dataOptions(context));
  const held = Math.floor(train.length / 6);
  const epochs = Math.min(EPOCHS, context.limit ?? EPOCHS);
  const model = modelOf(shape);
  const { params, steps, stopped } = await trained(
    model,
    {
      shape,
      train: map(take(train, train.length - held), integers),
      watch: map(take(skip(train, train.length - held), Math.min(held, WATCHED)), integers),
      epochs,
    },
    context,
  );
  try {
    if (stopped) return { findings: [], protocol: '', steps, stopped };
    await save(directory(join(folder, 'model')), params, { metadata: { what, seed: String(seed) } });
    bar.note(`what is measured is kept in ${join(folder, 'model')}`);
    bar.note(`measuring ${test.length} test images with ${SAMPLES} draws each`);
    const bits = await bitsOf(model, params, { data: map(test, integers), samples: SAMPLES, key: key(seed), signal });
    const finding = {
      what,
      metric: `bits per dimension, ${SAMPLES} draws`,
      unit: 'bits/dim',
      lowerIsBetter: true,
      published,
      source: 'Lippe 2022, "UvA deep learning tutorials", tutorial 11, table of test bits per dimension',
      ours: bits.mean,
      standardError: bits.standardError,
    };
    return { findings: [finding], protocol: protocolOf({ train, test, held, epochs, layers }), steps, stopped };
  } finally {
    disposeTree(params);
  }
}

interface TrainingData {
  readonly shape: Shape;
  /** Images of integers, float32. */
  readonly train: Dataset<Tensor>;
  readonly watch: Dataset<Tensor>;
  readonly epochs: number;
}

/** Averaged parameters, which the caller owns; a run that was stopped goes on from the context's folder. */
async function trained<P extends Tree<Tensor>>(
  model: Images<P>,
  { shape, train, watch, epochs }: TrainingData,
  context: ReproContext,
): Promise<{ readonly params: P; readonly steps: number; readonly stopped: boolean }> {
  const [runKey, orderKey, watchKey] = split(key(context.seed), 3);
  const data = batches(train, { size: BATCH, key: orderKey });
  const { perEpoch } = data;
  const steps = epochs * perEpoch;
  const rate = warmupCosine({ peak: RATE, steps, end: RATE / 100 });
  const objective = withBits(boundNll(model), sizeOf(shape));
  const step = ema(minimize(objective, chain(clipByGlobalNorm(1), adam(rate))), { decay: DECAY });
  await using run = await trainKept(
    step,
    {
      name: 'run',
      data,
      steps,
      key: runKey,
      shown: 'bitsPerDim',
      look: {
        every: perEpoch,
        say: async ({ average }, made) => {
          const { mean } = await bitsOf(model, average as P, { data: watch, samples: 1, key: watchKey });
          return `epoch ${made / perEpoch}: ${number(mean)} bits/dim on images held out, one draw`;
        },
      },
    },
    context,
  );
  const params = scope(() => mapLeaves<Tensor, P>(run.state.average as P, (leaf) => clone(leaf)));
  return { params, steps: run.step, stopped: run.step < steps };
}

interface Measuring {
  readonly data: Dataset<Tensor>;
  readonly samples: number;
  readonly key: Key;
  readonly signal?: AbortSignal;
}

async function bitsOf<P>(model: Images<P>, params: P, { data, samples, key, signal }: Measuring): Promise<Score> {
  const { bits } = await evaluate(model, params, {
    data: batches(data, { size: 100, epochs: 1, last: 'keep' }),
    key,
    metrics: { bits: bitsPerDimBound({ samples }) },
    ...(signal && { signal }),
  });
  return bits;
}

function protocolOf(made: {
  readonly train: Dataset<Tensor>;
  readonly test: Dataset<Tensor>;
  readonly held: number;
  readonly epochs: number;
  readonly layers: string;
}): string {
  const { train, test, held, epochs, layers } = made;
  return (
    `${train.length - held} images to train on, ${held} held out to look at and ${test.length} to measure, with ${SAMPLES} draws of the noise each. ` +
    `${layers}, batch ${BATCH}, ${epochs} epochs, Adam with a rate that falls from ${RATE} to a hundredth along a cosine, gradients clipped at norm 1, ` +
    `parameters averaged over ${DECAY}. Published: the same layers, data, batch and clipping, 200 epochs, a rate of 0.001 that falls by 1 % an epoch, no ` +
    'average, the epoch chosen by the images held out.'
  );
}
