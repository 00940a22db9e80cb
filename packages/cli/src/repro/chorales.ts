import { join, resolve } from 'node:path';
import {
  type FrameDistribution,
  frameModel,
  meanNll,
  nadeFrames,
  nll,
  recurrentNet,
  type SequenceModel,
  temporalConvNet,
} from '@genai/autoregressive';
import { save } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { key, split, type Tree } from '@genai/core';
import {
  batches,
  type Chorale,
  choraleFrames,
  type Dataset,
  type FramesBatch,
  paddedFrames,
  chorales as parsed,
} from '@genai/data';
import { textFile } from '@genai/data/node';
import { lstm } from '@genai/nn';
import { adamW, chain, clipByGlobalNorm, ema, minimize, warmupCosine } from '@genai/train';
import type { Tensor } from '@tensorflow/tfjs-core';
import { number } from '../progress.js';
import { UsageError } from '../usage-error.js';
import type { Protocol, ReproContext, Reproduction } from './protocol.js';
import { trainKept } from './train-kept.js';

/** Bach's chorales, the notes of a frame independent of each other given the past. */
export const chorales: Protocol = {
  name: 'chorales',
  about: 'a temporal convolutional net on the JSB chorales, independent notes: nats per frame',
  run: (context) =>
    measured(context, {
      what: 'JSB chorales, temporal convolutional net, independent notes',
      published: '8.10',
      source:
        'Bai et al. 2018, "An empirical evaluation of generic convolutional and recurrent networks for sequence modeling", table 1 (LSTM 8.45, GRU 8.43, RNN 8.91)',
      layers: `4 blocks of ${CHANNELS} channels, kernel 5, dropout ${DROPOUT} (a temporal convolutional net), independent notes`,
      theirs:
        'the same net, dropout 0.25, batch 1, Adam, gradients clipped at norm 0.2, at most 100 epochs, the epoch chosen by the chorales held out',
      model: frameModel({
        features: NOTES,
        net: temporalConvNet({
          inputs: NOTES,
          channels: [CHANNELS, CHANNELS, CHANNELS, CHANNELS],
          kernel: 5,
          dropout: DROPOUT,
        }),
        begin: false,
      }),
    }),
};

/** The same with notes that know of the lower ones in their frame. */
export const choralesNade: Protocol = {
  name: 'chorales-nade',
  about: 'long short-term memory with a neural autoregressive estimator of each frame',
  run: (context) =>
    measured(context, {
      what: 'JSB chorales, long short-term memory, frames by NADE',
      published: '5.56',
      source:
        'Boulanger-Lewandowski et al. 2012, "Modeling temporal dependencies in high-dimensional sequences", table 1: RNN-NADE',
      layers: `${WIDTH} units of long short-term memory, dropout ${DROPOUT} behind them, a NADE of ${UNITS} units for each frame`,
      theirs: 'a simple recurrent net and a NADE trained by Hessian-free optimisation after pre-training',
      model: frameModel({
        ...{ features: NOTES, net: recurrentNet(lstm(NOTES, WIDTH)), dropout: DROPOUT, begin: false },
        emission: nadeFrames(WIDTH, NOTES, { hidden: UNITS }),
      }),
    }),
};

const NOTES = 88;
const CHANNELS = 150;
const WIDTH = 256;
const UNITS = 128;
const DROPOUT = 0.5;
const STEPS = 2_000;
const BATCH = 8;
const RATE = 2e-3;
const DECAY = 0.998;

interface Experiment<P, S> {
  readonly what: string;
  readonly published: string;
  readonly source: string;
  readonly layers: string;
  /** How the published figure was trained. */
  readonly theirs: string;
  readonly model: SequenceModel<P, S, FrameDistribution>;
}

async function measured<P extends Tree<Tensor>, S extends Tree<Tensor>>(
  context: ReproContext,
  { what, published, source, layers, theirs, model }: Experiment<P, S>,
): Promise<Reproduction> {
  const { seed, folder } = context;
  if (context.data === undefined) {
    throw new UsageError(
      'chorales needs the file jsb-chorales-quarter.json of 229, 76 and 77 chorales. Give its path by --data.',
    );
  }
  const path = resolve(context.cwd, context.data);
  const { train, valid, test } = parsed(await textFile(path), path);
  const [runKey, orderKey] = split(key(seed));
  const steps = Math.min(STEPS, context.limit ?? STEPS);
  const rate = warmupCosine({ peak: RATE, warmup: Math.min(100, steps - 1), steps, end: RATE / 100 });
  const step = ema(minimize(nll(model), chain(clipByGlobalNorm(1), adamW(rate, { weightDecay: 0.01 }))), {
    decay: DECAY,
  });
  await using run = await trainKept(
    step,
    {
      ...{
        name: 'run',
        data: batches(framesOf(train), { size: BATCH, key: orderKey }),
        steps,
        key: runKey,
        shown: 'loss',
      },
      look: {
        every: 500,
        say: async ({ average }, made) =>
          `step ${made}: ${number(await perFrame(model, average as P, framesOf(valid)))} nats a frame of chorales held out`,
      },
    },
    context,
  );
  if (run.step < steps) return { findings: [], protocol: '', steps: run.step, stopped: true };
  const params = run.state.average as P;
  await save(directory(join(folder, 'model')), params, { metadata: { what, seed: String(seed) } });
  const finding = {
    what,
    metric: `negative log-likelihood per frame of ${test.length} chorales`,
    unit: 'nats',
    lowerIsBetter: true,
    published,
    source,
    ours: await perFrame(model, params, framesOf(test)),
  };
  const protocol =
    `${train.length} chorales in quarter notes, all but a few moved to C by those who made the file, to train on, ${valid.length} by which settings were chosen, ${test.length} to measure; frames of ${NOTES} notes, each from all before it, the first only given. ` +
    `${layers}; ${steps} steps of ${BATCH} chorales, AdamW with decay 0.01 and a rate that falls from ${RATE} to a hundredth along a cosine, gradients clipped at norm 1, ` +
    `parameters averaged over ${DECAY}. Published: the same split and frames, ${theirs}.`;
  return { findings: [finding], protocol, steps, stopped: false };
}

/** In few lengths, each of which is captured once. */
const framesOf = (list: readonly Chorale[]): Dataset<FramesBatch> =>
  paddedFrames(
    list.map((chorale) => choraleFrames(chorale)),
    { multipleOf: 32 },
  );

/** The mean over all frames but the first of each chorale. */
async function perFrame<P, S extends Tree<Tensor>>(
  model: SequenceModel<P, S, FrameDistribution>,
  params: P,
  data: Dataset<FramesBatch>,
): Promise<number> {
  return (await meanNll(model, params, batches(data, { size: BATCH, epochs: 1, last: 'keep' }))).nats;
}
