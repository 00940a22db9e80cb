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
import {
  boundNll,
  checkerboardFlow,
  dequantized,
  multiScaleFlow,
  pixelNoise,
  splineImageFlow,
  squareNoise,
} from '@genai/flow';
import { scope } from '@genai/tensor';
import { chain, clipByGlobalNorm, ema, minimize } from '@genai/train';
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import { type ImageData, imageData } from '../image-data.js';
import { integers } from '../model/flow/integers.js';
import { withBits } from '../model/flow/with-bits.js';
import { number } from '../progress.js';
import { adamFrom, fallingOver, type MovedBy, muonFrom } from './moved-by.js';
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
      ...TUTORIAL,
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
      ...TUTORIAL,
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
      ...TUTORIAL,
      modelOf: (shape) => dequantized(multiScaleFlow({ shape }), { noise: pixelNoise({ shape }) }),
    }),
};

/** Splines at a quarter of the places, uniform noise. */
export const flowMnistSplines: Protocol = {
  name: 'flow-mnist-splines',
  about: 'flow of 4 spline couplings: bits/dim of MNIST in a fraction of the time',
  run: (context) =>
    mnist(context, {
      what: 'spline flow, uniform dequantisation',
      published: '1.078',
      layers: '4 couplings by affine maps and splines of 8 pieces, on squares of 2 × 2 pixels',
      ...SPLINES,
      modelOf: (shape) => dequantized(splineImageFlow({ shape, ...SPLINE_NETS })),
    }),
};

/** The same, learned noise. */
export const flowMnistSplinesVardeq: Protocol = {
  name: 'flow-mnist-splines-vardeq',
  about: 'the same with variational dequantisation',
  run: (context) =>
    mnist(context, {
      what: 'spline flow, variational dequantisation',
      published: '1.043',
      layers:
        '4 couplings by affine maps and splines of 8 pieces, 4 affine couplings of the noise, on squares of 2 × 2 pixels',
      ...SPLINES,
      epochs: 8,
      modelOf: (shape) => dequantized(splineImageFlow({ shape, ...SPLINE_NETS }), { noise: squareNoise({ shape }) }),
    }),
};

/** Two scales, learned noise. */
export const flowMnistSplinesMultiscale: Protocol = {
  name: 'flow-mnist-splines-multiscale',
  about: 'spline flow over two scales with variational dequantisation',
  run: (context) =>
    mnist(context, {
      what: 'multi-scale spline flow, variational dequantisation',
      published: '1.020',
      layers:
        '4 couplings by affine maps and splines of 8 pieces at each of two scales, 4 affine couplings of the noise, on squares of 2 × 2 pixels',
      ...SPLINES,
      epochs: 10,
      modelOf: (shape) =>
        dequantized(splineImageFlow({ shape, ...SPLINE_NETS, couplings: [4, 4] }), { noise: squareNoise({ shape }) }),
    }),
};

/** Epochs, batch and first rate of the tutorial, whose rate falls by 1 % an epoch instead. */
const TUTORIAL = { epochs: 200, batch: 128, ...adamFrom(1e-3) };
const SPLINES = {
  epochs: 4,
  batch: 16,
  ...muonFrom(
    { muon: 5e-3, adam: 2e-3 },
    'the filters of the residual blocks',
    (path, leaf) => leaf.rank === 4 && BLOCK_FILTER.test(path),
  ),
};
/** The nets with which the figures were measured; the package's own begin to learn faster. */
const SPLINE_NETS = { layers: 2, last: 3 };
/** A filter of a block of `gatedConvNet`: blocks are its second part, their convolutions the second and fourth of their first. */
const BLOCK_FILTER = /\.1\.\d+\.0\.[13]\.weight$/;
/** How much of the average of the parameters stays in a step. */
const DECAY = 0.999;
/** Draws of the noise for each image that is measured. */
const SAMPLES = 8;
/** Images held out that are looked at after each epoch, with one draw. */
const WATCHED = 500;

interface Experiment<P, O extends Tree<Tensor>> extends MovedBy<O> {
  readonly what: string;
  readonly published: string;
  readonly layers: string;
  readonly epochs: number;
  readonly batch: number;
  readonly modelOf: (shape: Shape) => Images<P>;
}

async function mnist<P extends Tree<Tensor>, O extends Tree<Tensor>>(
  context: ReproContext,
  experiment: Experiment<P, O>,
): Promise<Reproduction> {
  const { seed, folder, bar, signal } = context;
  const { what, published, modelOf } = experiment;
  const { train, test, shape } = await imageData(context.data ?? 'mnist', context.cwd, dataOptions(context));
  const held = Math.floor(train.length / 6);
  const epochs = Math.min(experiment.epochs, context.limit ?? experiment.epochs);
  const model = modelOf(shape);
  const { params, steps, stopped } = await trained(
    model,
    {
      shape,
      train: map(take(train, train.length - held), integers),
      watch: map(take(skip(train, train.length - held), Math.min(held, WATCHED)), integers),
      epochs,
      experiment,
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
    return { findings: [finding], protocol: protocolOf({ train, test, held, epochs, experiment }), steps, stopped };
  } finally {
    disposeTree(params);
  }
}

interface TrainingData<P, O extends Tree<Tensor>> {
  readonly shape: Shape;
  /** Images of integers, float32. */
  readonly train: Dataset<Tensor>;
  readonly watch: Dataset<Tensor>;
  readonly epochs: number;
  readonly experiment: Experiment<P, O>;
}

/** Averaged parameters, which the caller owns; a run that was stopped goes on from the context's folder. */
async function trained<P extends Tree<Tensor>, O extends Tree<Tensor>>(
  model: Images<P>,
  { shape, train, watch, epochs, experiment }: TrainingData<P, O>,
  context: ReproContext,
): Promise<{ readonly params: P; readonly steps: number; readonly stopped: boolean }> {
  const [runKey, orderKey, watchKey] = split(key(context.seed), 3);
  const data = batches(train, { size: experiment.batch, key: orderKey });
  const { perEpoch } = data;
  const steps = epochs * perEpoch;
  const optimizer = chain(clipByGlobalNorm(1), experiment.optimizer(fallingOver(steps)));
  const objective = withBits(boundNll(model), sizeOf(shape));
  const step = ema(minimize(objective, optimizer), { decay: DECAY });
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
  readonly experiment: Pick<Experiment<never, never>, 'layers' | 'batch' | 'rates'>;
}): string {
  const { train, test, held, epochs, experiment } = made;
  const { layers, batch, rates } = experiment;
  return (
    `${train.length - held} images to train on, ${held} held out to look at and ${test.length} to measure, with ${SAMPLES} draws of the noise each. ` +
    `${layers}, batch ${batch}, ${epochs} epochs, ${rates} to a hundredth along a cosine, gradients clipped at norm 1, ` +
    `parameters averaged over ${DECAY}. Published: the same data and clipping, affine couplings, batch 128, 200 epochs, a rate of 0.001 that falls by 1 % an epoch, no ` +
    'average, the epoch chosen by the images held out.'
  );
}
