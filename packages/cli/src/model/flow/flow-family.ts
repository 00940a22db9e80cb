import { fold, type Key, type LowerBound, type Model, type Samples, sizeOf } from '@genai/core';
import { batches, map } from '@genai/data';
import { boundNll, startedFrom, temperedFlow } from '@genai/flow';
import { scope, uniformNoise } from '@genai/tensor';
import { adam, chain, clipByGlobalNorm, minimize } from '@genai/train';
import { add, concat, div, mul, type Tensor } from '@tensorflow/tfjs-core';
import type { Family } from '../family.js';
import { type AnyStep, expectNoLabels, type Trainable, untypedStep } from '../trainable.js';
import { type BuiltFlowParams, buildFlow, LEVELS } from './build-flow.js';
import { type FlowConfig, parseFlow } from './flow-config.js';
import { integers } from './integers.js';
import { measureFlow } from './measure-flow.js';
import { withBits } from './with-bits.js';

/** Normalising flows of images of 8 bits, made continuous by noise. */
export const flowFamily: Family = {
  describe: (fields, common) => {
    const config = parseFlow(fields, common);
    return {
      reads: 'images',
      config,
      conditional: false,
      perStep: config.training.batch,
      build: () => trainable(config),
    };
  },
};

function trainable(config: FlowConfig): Trainable {
  const built = buildFlow(config);
  const model = built.model(built.pictures);
  const { batch } = config.training;
  const step = stepOf(model, config);
  return {
    init: model.init,
    step,
    startedFrom: (first) => ({
      ...step,
      init: (key) =>
        scope(() => {
          const x = continuous(first as Tensor, fold(key, START)); // (batch, height, width, channels)
          return stepOf(built.model(startedFrom(built.pictures, x)), config).init(key);
        }),
    }),
    batches: ({ train }, { order }) => map(batches(train, { size: batch, key: order }), integers),
    headline: { metric: 'bitsPerDim', unit: 'bits/dim' },
    draw: (params, key, { count, labels, temperature = 1 }) =>
      scope(() => {
        expectNoLabels(config.preset, labels);
        const cooled = temperature === 1 ? model : built.model(temperedFlow(built.pictures, temperature));
        const drawn = (rows: number, part: number): Tensor =>
          scope(() => div(cooled.given(params as BuiltFlowParams).sample(fold(key, part), [rows]), LEVELS - 1));
        return concat(partsOf(count).map(drawn), 0); // (count, height, width, channels)
      }),
    measure: (params, options) => measureFlow(model, params as BuiltFlowParams, options),
  };
}

type Images = Model<BuiltFlowParams, Samples<Tensor> & LowerBound<Tensor>>;

function stepOf(model: Images, { training: { learningRate, clip }, data: { shape } }: FlowConfig): AnyStep {
  const optimizer = chain(clipByGlobalNorm(clip), adam(learningRate));
  return untypedStep(minimize(withBits(boundNll(model), sizeOf(shape)), optimizer));
}

/** Integers as pictures in [0, 1), each number somewhere in its cell. */
function continuous(x: Tensor, key: Key): Tensor {
  return mul(add(x, uniformNoise(key, x.shape)), 1 / LEVELS);
}

/** Folded into the key of a run's beginning for the noise that it begins from. */
const START = 0x666c6f77;

/** Drawn at once. */
const ROWS = 64;

/** `count` cut into parts of at most so many. */
function partsOf(count: number): number[] {
  return Array.from({ length: Math.ceil(count / ROWS) }, (_, i) => Math.min(ROWS, count - i * ROWS));
}
