import { batches, binarize, map } from '@genai/data';
import { scope } from '@genai/tensor';
import { adam, linear, minimize } from '@genai/train';
import { conditionalElbo, elbo } from '@genai/vae';
import { concat, slice, type Tensor } from '@tensorflow/tfjs-core';
import { labelledOf } from '../../image-data.js';
import { measurements } from '../evaluated.js';
import type { Family } from '../family.js';
import { classesOf, classTensor, inTurn } from '../labels.js';
import { expectNoLabels, type Trainable, untypedStep } from '../trainable.js';
import { buildConditionalVae, buildVae } from './build-vae.js';
import { measureConditionalVae, measureVae, type VaeMetric } from './measure-vae.js';
import { parseVae, type VaeConfig } from './vae-config.js';

/** Variational autoencoders of binarised images, of classes too. */
export const vaeFamily: Family = {
  describe: (fields, common) => {
    const config = parseVae(fields, common);
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

const HEADLINE = { metric: 'loss', unit: 'nats' };

function trainable(config: VaeConfig): Trainable {
  const model = buildVae(config);
  const { batch } = config.training;
  return {
    init: model.init,
    step: untypedStep(minimize(elbo(model, boundOf(config)), adam(config.training.learningRate))),
    batches: ({ train }, { order, pixels }) => binarize(batches(train, { size: batch, key: order }), { key: pixels }),
    headline: HEADLINE,
    draw: (params, key, { count, labels }) =>
      scope(() => {
        expectNoLabels(config.preset, labels);
        const z = model.prior(params).sample(key, [count]); // (count, latents)
        return inParts(count, (first, rows) => model.decode(params, slice(z, [first], [rows])).mean());
      }),
    measure: async (params, { data: { test }, names, ...options }) => ({
      scores: measurements(await measureVae(model, params, { ...options, names: names as VaeMetric[], data: test })),
    }),
  };
}

function conditionalTrainable(config: VaeConfig, classes: number): Trainable {
  const model = buildConditionalVae(config, classes);
  const { batch, learningRate } = config.training;
  return {
    init: model.init,
    step: untypedStep(minimize(conditionalElbo(model, boundOf(config)), adam(learningRate))),
    batches: (data, { order, pixels }) => {
      const { train } = labelledOf(data, config.preset);
      const drawn = binarize(batches(train, { size: batch, key: order }), { key: pixels });
      return map(drawn, ({ images, labels }) => ({ x: images, context: labels }));
    },
    headline: HEADLINE,
    draw: (params, key, { count, labels = inTurn(count, classes) }) =>
      scope(() => {
        const all = classTensor(labels, classes); // (count)
        const z = model.at(all).prior(params).sample(key, [count]); // (count, latents)
        return inParts(count, (first, rows) =>
          model
            .at(slice(all, [first], [rows]))
            .decode(params, slice(z, [first], [rows]))
            .mean(),
        );
      }),
    measure: async (params, { data, names, ...options }) => {
      const { test } = labelledOf(data, config.preset);
      const asked = { ...options, names: names as VaeMetric[], data: test };
      return { scores: measurements(await measureConditionalVae(model, params, asked)) };
    },
  };
}

function boundOf({ training: { beta, warmup, freeBits } }: VaeConfig): Parameters<typeof elbo>[1] {
  return { beta: warmup > 0 ? linear(0, beta, warmup) : beta, freeBits };
}

/** Decoded at once. */
const ROWS = 256;

function inParts(count: number, decoded: (first: number, rows: number) => Tensor): Tensor {
  const parts: Tensor[] = [];
  for (let first = 0; first < count; first += ROWS) {
    parts.push(scope(() => decoded(first, Math.min(ROWS, count - first))));
  }
  return concat(parts, 0); // (count, height, width, channels)
}
