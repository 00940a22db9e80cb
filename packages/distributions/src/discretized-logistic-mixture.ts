import { type Distribution, expectIntegers, GenaiError, split as splitKey } from '@genai/core';
import { expectShape, logSigmoid, logSumExp, scope, stopGradient } from '@genai/tensor';
import {
  add,
  broadcastTo,
  clipByValue,
  concat,
  exp,
  expandDims,
  expm1,
  log,
  mul,
  neg,
  round,
  split,
  step,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { choose } from './choose.js';
import { logWeights } from './log-weights.js';
import { logisticNoise } from './logistic.js';
import { allButLast, broadcastShape, expectValue } from './shapes.js';

/** What a mixture of discretised logistics is made of, at the scale where the values run from −1 to 1. */
export type LogisticMixtureParts = {
  /** (…batch, mixtures): the weights, before softmax. */
  readonly logits: Tensor;
  /** (…batch, mixtures, channels): the centres. */
  readonly loc: Tensor;
  /** (…batch, mixtures, channels): the logarithms of the scales. */
  readonly logScale: Tensor;
  /**
   * (…batch, mixtures, channels · (channels − 1) / 2): how the centre of a channel moves with the channels before it, in
   * the order (1 by 0), (2 by 0), (2 by 1), …. Without them the channels of one component are independent.
   */
  readonly coefficients?: Tensor;
};

export interface Discretization {
  /** How many values there are; 256 unless given. */
  readonly bins?: number;
  /** The lowest value; 0 unless given. */
  readonly min?: number;
  /** The highest value; 1 unless given. */
  readonly max?: number;
}

/** A distribution of pixels: whole channels of a pixel together, in steps from `min` to `max`. */
export interface DiscretizedLogisticMixture extends Distribution<Tensor> {
  readonly kind: 'discretizedLogisticMixture';
  readonly parts: LogisticMixtureParts;
}

/**
 * A probability for each of `bins` evenly spaced values from `min` to `max` (256 from 0 to 1 unless given) in each
 * channel: a mixture of logistics, cut at the middle between two values, the outermost values taking the tails.
 *
 * An event is one pixel, shape [channels]; `logProb` is of the value itself, not a density, so that −logProb / log 2
 * summed over an image is its number of bits. Samples lie on the steps and have no gradient.
 *
 * @example
 * const pixel = discretizedLogisticMixture({ logits, loc, logScale }); // logits: (batch, 5), loc: (batch, 5, 1)
 * const bits = div(neg(pixel.logProb(x)), Math.LN2); // x: (batch, 1) in [0, 1]; bits: (batch)
 * @throws GenaiError if the shapes of the parts do not fit, `bins` < 2 or `min` ≥ `max`.
 * @source Salimans et al. 2017, "PixelCNN++", section 2.1, eq. 1 and 2, and section 2.2, eq. 3.
 */
export function discretizedLogisticMixture(
  parts: LogisticMixtureParts,
  { bins = 256, min = 0, max = 1 }: Discretization = {},
): DiscretizedLogisticMixture {
  const { logits, loc, logScale, coefficients } = parts;
  const [batchShape, channels] = expectParts(parts);
  expectDiscretization('discretizedLogisticMixture', { bins, min, max });
  const eventShape = [channels];
  return {
    kind: 'discretizedLogisticMixture',
    parts,
    batchShape,
    eventShape,
    logProb: (x) => {
      expectValue('discretizedLogisticMixture.logProb', x, { batchShape, eventShape });
      return scope(() => {
        const unit = sub(mul(sub(x, min), 2 / (max - min)), 1); // (…, channels) from −1 to 1
        const values = expandDims(broadcastTo(unit, broadcastShape('', unit.shape, eventShape)), -2); // (…, 1, channels)
        const centres = coefficients ? moved(loc, coefficients, values) : loc; // (…, mixtures, channels)
        const each = sum(logMass(values, centres, logScale, 1 / (bins - 1)), -1); // (…, mixtures)
        return logSumExp(add(logWeights(logits), each), -1);
      });
    },
    sample: (key, shape = []) =>
      scope(() => {
        const [choice, draws] = splitKey(key);
        const chosen = expandDims(choose(choice, logits, [...shape, ...logits.shape]), -1); // (…, mixtures, 1)
        const component = (part: Tensor): Tensor => sum(mul(stopGradient(part), chosen), -2);
        const centre = component(loc); // shape + batch + (channels)
        const noise = mul(exp(component(logScale)), logisticNoise(draws, centre.shape));
        const slopes = coefficients && split(component(coefficients), pairs(channels), -1);
        // A channel is put on its step before the next one looks at it, as it will be when it is scored.
        const drawn: Tensor[] = [];
        for (const [channel, value] of split(add(centre, noise), channels, -1).entries()) {
          const before = slopes ? drawn.map((x, j) => mul(slopes[slope(channel, j)]!, x)) : [];
          const step = round(mul(add(before.reduce(add, value), 1), (bins - 1) / 2));
          drawn.push(sub(mul(clipByValue(step, 0, bins - 1), 2 / (bins - 1)), 1)); // from −1 to 1
        }
        return add(mul(add(concat(drawn, -1), 1), (max - min) / 2), min);
      }),
  };
}

/**
 * log P of the value `x` ± `half` under a logistic; the outermost values, ±1, reach to infinity.
 *
 * With a and b the scaled upper and lower edge, σ(a) − σ(b) = σ(a) σ(−b) (1 − e^(b − a)), of which each factor has an
 * accurate logarithm: no difference of near equals, and no approximation where that would vanish.
 */
function logMass(x: Tensor, loc: Tensor, logScale: Tensor, half: number): Tensor {
  const inverse = exp(neg(logScale));
  const upper = mul(inverse, add(sub(x, loc), half)); // a
  const lower = mul(inverse, sub(sub(x, loc), half)); // b
  const lowest = step(neg(add(x, 1 - half))); // 1 where x is −1, else 0
  const highest = step(sub(x, 1 - half)); // 1 where x is 1, else 0
  const between = log(neg(expm1(mul(inverse, -2 * half)))); // log(1 − e^(b − a))
  const inside = add(mul(logSigmoid(upper), sub(1, highest)), mul(logSigmoid(neg(lower)), sub(1, lowest)));
  return add(inside, mul(between, sub(1, add(lowest, highest))));
}

/** The centres of the channels once the channels before them are known. Salimans et al. 2017, eq. 3. */
function moved(loc: Tensor, coefficients: Tensor, values: Tensor): Tensor {
  const channels = loc.shape.at(-1)!;
  const xs = split(values, channels, -1); // each (…, 1, 1)
  const slopes = split(coefficients, pairs(channels), -1); // each (…, mixtures, 1)
  const shape = broadcastShape('', [...allButLast(values.shape, 1), 1], [...allButLast(loc.shape, 1), 1]);
  const centres = split(loc, channels, -1).map((centre, channel) => {
    const before = xs.slice(0, channel).map((x, j) => mul(slopes[slope(channel, j)]!, x));
    return broadcastTo(before.reduce(add, centre), shape);
  });
  return concat(centres, -1);
}

/** @throws GenaiError unless there are at least 2 bins between a lower and a higher value. */
export function expectDiscretization(where: string, { bins = 256, min = 0, max = 1 }: Discretization): void {
  expectIntegers(where, { bins }, 2);
  if (!(min < max)) throw new GenaiError(`${where}: min must be below max, got min ${min}, max ${max}.`);
}

function expectParts({ logits, loc, logScale, coefficients }: LogisticMixtureParts): [number[], number] {
  const where = 'discretizedLogisticMixture';
  const channels = loc.shape.at(-1) ?? 0;
  expectShape(`${where}: logits`, logits, ['…', 'mixtures']);
  expectShape(`${where}: loc`, loc, [...logits.shape, 'channels']);
  expectShape(`${where}: logScale`, logScale, loc.shape);
  if (coefficients && channels > 1) {
    expectShape(`${where}: coefficients`, coefficients, [...logits.shape, pairs(channels)]);
  } else if (coefficients) {
    throw new GenaiError(`${where}: one channel takes no coefficients. Leave them out.`);
  }
  return [allButLast(logits.shape, 1), channels];
}

const pairs = (channels: number): number => (channels * (channels - 1)) / 2;

/** The place of the coefficient by which channel `j` moves channel `channel`. */
const slope = (channel: number, j: number): number => pairs(channel) + j;
