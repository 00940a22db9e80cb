import { type Key, key, mapLeaves, type Objective, split } from '@genai/core';
import { batches, type Dataset } from '@genai/data';
import type { LabelledImages } from '@genai/data/node';
import type { ImageClassifier, ImageClassifierParams } from '@genai/eval';
import { owned, scope, softmaxCrossEntropy, uniformNoise } from '@genai/tensor';
import { adamW, ema, minimize, warmupCosine } from '@genai/train';
import { argMax, cast, clone, equal, less, mean, reverse, sum, type Tensor, where } from '@tensorflow/tfjs-core';
import type { ReproContext } from './protocol.js';
import { trainKept } from './train-kept.js';

/** How a classifier is trained. */
export interface ClassifierTraining {
  readonly net: ImageClassifier;
  readonly train: Dataset<LabelledImages>;
  readonly epochs: number;
  /** Whether every other image is mirrored. */
  readonly mirror: boolean;
  /** The folder of its state, inside the context's. */
  readonly name: string;
}

/** Averaged parameters, which the caller owns. */
export interface TrainedClassifier {
  readonly params: ImageClassifierParams;
  readonly steps: number;
  readonly stopped: boolean;
}

const BATCH = 128;

/** Trains by cross-entropy, keeping the state in the context's folder; a run that was stopped goes on from there. */
export async function trainClassifier(
  { net, train, epochs, mirror, name }: ClassifierTraining,
  context: ReproContext,
): Promise<TrainedClassifier> {
  const [runKey, orderKey] = split(key(context.seed));
  const data = batches(train, { size: Math.min(BATCH, train.length), key: orderKey });
  const steps = epochs * data.perEpoch;
  const warmup = Math.min(200, Math.floor(steps / 10));
  const optimizer = adamW(warmupCosine({ peak: 2e-3, warmup, steps, end: 2e-5 }), { weightDecay: 0.02 });
  const step = ema(minimize(classification(net, mirror), optimizer), { decay: 0.998 });
  await using run = await trainKept(step, { name, data, steps, key: runKey, shown: 'loss' }, context);
  const params = scope(() => mapLeaves<Tensor, ImageClassifierParams>(run.state.average, (leaf) => clone(leaf)));
  return { params, steps: run.step, stopped: run.step < steps };
}

/** The share of images whose class a net tells rightly, in per cent. */
export async function accuracy(
  net: ImageClassifier,
  params: ImageClassifierParams,
  data: Dataset<LabelledImages>,
): Promise<number> {
  let right = 0;
  for (let from = 0; from < data.length; from += 500) {
    const rows = Uint32Array.from({ length: Math.min(500, data.length - from) }, (_, i) => from + i);
    using batch = owned(await data.read(rows));
    using found = owned(
      scope(() => {
        const told = cast(argMax(net.logits(params, batch.images), 1), 'int32'); // (batch)
        return { count: sum(cast(equal(told, batch.labels), 'float32')) };
      }),
    );
    right += (await found.count.data())[0]!;
  }
  return (100 * right) / data.length;
}

function classification(
  net: ImageClassifier,
  mirror: boolean,
): Objective<Tensor, ImageClassifierParams, LabelledImages> {
  return {
    init: net.init,
    loss: (params, { images, labels }, key) =>
      scope(() => {
        const seen = mirror ? mirrored(images, key) : images;
        return { loss: mean(softmaxCrossEntropy(net.logits(params, seen), labels)) };
      }),
  };
}

/** Every image, or its mirror image, as chance has it. */
function mirrored(images: Tensor, key: Key): Tensor {
  return where(less(uniformNoise(key, [images.shape[0]!, 1, 1, 1]), 0.5), reverse(images, 2), images);
}
