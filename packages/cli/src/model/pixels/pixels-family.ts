import { type Batches, fold, type Key, sizeOf, type Tree } from '@genai/core';
import { batches, binarize, map } from '@genai/data';
import { scope } from '@genai/tensor';
import { adam, chain, clipByGlobalNorm, minimize } from '@genai/train';
import { concat, slice, type Tensor } from '@tensorflow/tfjs-core';
import { labelledOf } from '../../image-data.js';
import { measurements } from '../evaluated.js';
import type { Family } from '../family.js';
import { classesOf, classTensor, inTurn } from '../labels.js';
import { expectNoLabels, type Trainable, untypedStep } from '../trainable.js';
import { buildConditionalPixels, buildPixels } from './build-pixels.js';
import { measureConditionalPixels, measurePixels, type PixelsMetric } from './measure-pixels.js';
import { isBinary, type PixelsConfig, parsePixels } from './pixels-config.js';
import { pixelsNll } from './pixels-nll.js';

/** Autoregressive models of images, pixel by pixel, of classes too. */
export const pixelsFamily: Family = {
  describe: (fields, common) => {
    const config = parsePixels(fields, common);
    const { conditional = false } = config.parts;
    return {
      reads: 'images',
      config,
      conditional,
      perStep: config.training.batch,
      build: () =>
        conditional ? conditionalTrainable(config, classesOf(fields, common.data.classes)) : trainable(config),
    };
  },
};

function trainable(config: PixelsConfig): Trainable {
  const model = buildPixels(config);
  const { batch } = config.training;
  const binary = isBinary(config.parts);
  return {
    init: model.init,
    step: untypedStep(minimize(pixelsNll(model, sizeOf(config.data.shape)), optimizerOf(config))),
    batches: ({ train }, { order, pixels }) => binarized(batches(train, { size: batch, key: order }), binary, pixels),
    headline: headlineOf(binary),
    draw: (params, key, { count, labels }) =>
      scope(() => {
        expectNoLabels(config.preset, labels);
        return inParts(count, (first, rows) => model.given(params).sample(fold(key, first), [rows]));
      }),
    measure: async (params, { data: { test }, names, ...options }) => {
      const asked = { ...options, names: names as PixelsMetric[], data: test, binary };
      return { scores: measurements(await measurePixels(model, params, asked)) };
    },
  };
}

function conditionalTrainable(config: PixelsConfig, classes: number): Trainable {
  const model = buildConditionalPixels(config, classes);
  const { batch } = config.training;
  const binary = isBinary(config.parts);
  return {
    init: model.init,
    step: untypedStep(minimize(pixelsNll(model, sizeOf(config.data.shape)), optimizerOf(config))),
    batches: (data, { order, pixels }) => {
      const { train } = labelledOf(data, config.preset);
      const drawn = binarized(batches(train, { size: batch, key: order }), binary, pixels);
      return map(drawn, ({ images, labels }) => ({ x: images, context: labels }));
    },
    headline: headlineOf(binary),
    draw: (params, key, { count, labels = inTurn(count, classes) }) =>
      scope(() => {
        const all = classTensor(labels, classes); // (count)
        return inParts(count, (first, rows) =>
          model.given(params, slice(all, [first], [rows])).sample(fold(key, first), []),
        );
      }),
    measure: async (params, { data, names, ...options }) => {
      const { test } = labelledOf(data, config.preset);
      const asked = { ...options, names: names as PixelsMetric[], data: test, binary };
      return { scores: measurements(await measureConditionalPixels(model, params, asked)) };
    },
  };
}

function optimizerOf({ training: { clip, learningRate } }: PixelsConfig) {
  return chain(clipByGlobalNorm(clip), adam(learningRate));
}

/** Models of pixels of many levels are compared in bits, as flows are. */
function headlineOf(binary: boolean): Trainable['headline'] {
  return binary ? { metric: 'loss', unit: 'nats' } : { metric: 'bitsPerDim', unit: 'bits/dim' };
}

/** Grey pixels made black or white, anew in every batch, where the model knows only these. */
function binarized<B extends Tree<Tensor>>(data: Batches<B>, binary: boolean, key: Key): Batches<B> {
  return binary ? binarize(data, { key }) : data;
}

/** Drawn at once. */
const ROWS = 256;

function inParts(count: number, drawn: (first: number, rows: number) => Tensor): Tensor {
  const parts: Tensor[] = [];
  for (let first = 0; first < count; first += ROWS) {
    parts.push(scope(() => drawn(first, Math.min(ROWS, count - first))));
  }
  return concat(parts, 0); // (count, height, width, channels)
}
