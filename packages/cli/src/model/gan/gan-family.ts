import { batches, map } from '@genai/data';
import {
  type AdversarialLoss,
  adversarial,
  consistency,
  diffAugment,
  dragan,
  type GeneratorRegularizer,
  gradientPenalty,
  hinge,
  leastSquares,
  leCam,
  minimax,
  nonSaturating,
  type Regularizer,
  r1,
  r2,
  relativistic,
  wasserstein,
} from '@genai/gan';
import { adam, compete, ema } from '@genai/train';
import { labelledOf } from '../../image-data.js';
import { signed } from '../../signed.js';
import type { Family } from '../family.js';
import { classesOf } from '../labels.js';
import { type AnyStep, type Trainable, untypedStep } from '../trainable.js';
import { type BuiltGan, buildGan, type GanAndCosts } from './build-gan.js';
import { drawGan } from './draw-gan.js';
import { type GanConfig, type GanTraining, parseGan } from './gan-config.js';
import { sampledAverage } from './sampled-average.js';

/** Adversarial models of images in [−1, 1], of classes too. */
export const ganFamily: Family = {
  describe: (fields, common) => {
    const config = parseGan(fields, common);
    const { conditional = false } = config.parts;
    return {
      reads: 'images',
      config,
      conditional,
      perStep: config.training.batch * config.training.updates,
      build: () => trainable(config, conditional ? classesOf(fields, common.data.classes) : undefined),
    };
  },
};

function trainable(config: GanConfig, classes?: number): Trainable {
  const built = buildGan(config, classes);
  const { model } = built;
  const size = config.training.batch * config.training.updates;
  return {
    init: model.init,
    step: stepOf(built, config.training),
    batches: (data, { order }) => {
      if (classes === undefined) return map(batches(data.train, { size, key: order }), signed);
      const { train } = labelledOf(data, config.preset);
      return map(batches(train, { size, key: order }), ({ images, labels }) => ({
        x: signed(images),
        context: labels,
      }));
    },
    headline: { metric: 'critic', unit: '' },
    draw: drawGan(model, config, classes),
    health: ['critic', 'generator', 'criticGradient', 'generatorGradient'],
  };
}

function stepOf({ model, pathLengthOf }: GanAndCosts, training: GanTraining): AnyStep {
  const { learningRate, criticRatio, updates, b1, b2, ema: decay, augmentation, regularizers: weights } = training;
  const { strength, speed, target, ...changes } = augmentation;
  const augmented = strength > 0 || speed > 0;
  const generatorRegularizers: readonly GeneratorRegularizer<BuiltParams>[] =
    weights.pathLength > 0 ? [pathLengthOf({ weight: weights.pathLength })] : [];
  const game = adversarial(model, {
    loss: LOSSES[training.loss](),
    regularizers: Object.entries(COSTS).flatMap(([name, cost]) => {
      const weight = weights[name as keyof typeof COSTS];
      return weight > 0 ? [cost(weight, diffAugment(changes))] : [];
    }),
    generatorRegularizers,
    ...(augmented && { augment: diffAugment(changes), strength: speed > 0 ? { speed, target } : strength }),
  });
  const contest = compete(game, {
    optimizers: {
      critic: adam(learningRate * criticRatio, { b1, b2 }),
      generator: adam(learningRate, { b1, b2 }),
    },
    updates: { critic: updates },
    gradientNorms: true,
  });
  return untypedStep(sampledAverage(ema(contest, { decay, of: ({ generator }) => generator })));
}

type BuiltParams = Parameters<BuiltGan['generate']>[0];

const LOSSES: { readonly [name in GanTraining['loss']]: () => AdversarialLoss } = {
  ...{ minimax, nonSaturating, leastSquares, hinge, wasserstein, relativistic },
};

const COSTS: {
  readonly [name in Exclude<keyof GanTraining['regularizers'], 'pathLength'>]: (
    weight: number,
    augment: ReturnType<typeof diffAugment>,
  ) => Regularizer;
} = {
  r1: (weight) => r1(weight),
  r2: (weight) => r2(weight),
  gradientPenalty: (weight) => gradientPenalty(weight),
  dragan: (weight) => dragan(weight),
  leCam: (weight) => leCam(weight),
  consistency: (weight, augment) => consistency(augment, weight),
};
