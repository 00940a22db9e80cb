import { expectIntegers, GenaiError, type Layer, split } from '@genai/core';
import { expectShape, linear, scope } from '@genai/tensor';
import { add, mul, relu, reshape, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { type DenseParams, dense } from './dense.js';
import { glorotUniform } from './initializers/glorot.js';
import { heUniform } from './initializers/he.js';
import type { Initializer } from './initializers/initializer.js';

export interface MaskedMlpOptions {
  /** The place of each feature in the order in which they see each other, small first; equal ones do not see each other. */
  readonly order: readonly number[];
  /** How many inputs, after the features, all outputs may see; 0 unless given. */
  readonly context?: number;
  /** Outputs of each feature, side by side: the k-th of feature i stands at i · outputs + k. */
  readonly outputs: number;
  /** Units of the hidden layers. */
  readonly hidden: readonly number[];
  /**
   * Makes every hidden layer a residual block, h + W₂ f(W₁ h), behind a layer of its own where it is the first or its size is new;
   * deep nets then train. Default `false`.
   */
  readonly residual?: boolean;
  /** What stands between the layers; none after the last. Default ReLU. */
  readonly activation?: (x: Tensor) => Tensor;
  /** Draws the weights of the hidden layers. Default {@link heUniform}. */
  readonly initializer?: Initializer;
  /** Draws the weight of the last layer. Default {@link glorotUniform}; `zeros` for first outputs of 0. */
  readonly lastInitializer?: Initializer;
}

/**
 * A multi-layer perceptron whose outputs for a feature depend only on features of strictly smaller order, and on the context:
 * (…, features + context) → (…, features · outputs).
 *
 * Weights that would join what must not be joined are multiplied by 0; parameters are those of an {@link mlp}. Hidden units take
 * the degrees in turn (the k-th unit the k-th, cyclically), or, where there are fewer units than degrees, spread over all.
 *
 * @example
 * const net = maskedMlp({ order: [0, 1, 2], outputs: 2, hidden: [64, 64] });
 * const means = net.apply(net.init(key(0)), points); // (batch, 3) → (batch, 6); columns 0 and 1 are constant
 * @throws GenaiError if a size or an entry of the order is not an integer in range, or if all features have one order and
 * there is no context, so that no output could see anything; when applied, if the last dimension is not features + context.
 * @source Germain et al. 2015, "MADE: Masked autoencoder for distribution estimation", eq. 8 to 10 and 12 to 13.
 */
export function maskedMlp(options: MaskedMlpOptions): Layer<Tensor, readonly DenseParams[]> {
  const { order, context = 0, outputs, hidden, residual = false } = options;
  const { activation = relu, initializer = heUniform, lastInitializer = glorotUniform } = options;
  const where = `maskedMlp(${order.length})`;
  const inputs = order.length + context;
  expectIntegers(where, { 'the length of order': order.length, outputs });
  expectIntegers(where, { context, ...Object.fromEntries(order.map((value, i) => [`order[${i}]`, value])) }, 0);
  const stages = stagesOf(where, order, context, outputs, hidden, residual);
  const masks = stages.flat();
  const layers = masks.map(({ inputs, outputs }, i) =>
    dense(inputs, outputs, { initializer: i < masks.length - 1 ? initializer : lastInitializer }),
  );
  const between = residual ? (x: Tensor): Tensor => x : activation;
  return {
    init: (key) => {
      const keys = split(key, layers.length);
      return scope(() => layers.map((layer, i) => layer.init(keys[i]!)));
    },
    apply: (params, x) =>
      scope(() => {
        expectShape(where, x, ['…', inputs]);
        let y = x.rank === 2 ? x : reshape(x, [x.size / inputs, inputs]);
        let place = 0;
        const masked = (y: Tensor, mask: Mask): Tensor => {
          const { weight, bias } = params[place++]!;
          // Made anew at each application, so that a captured step holds numbers, not tensors of others.
          return linear(y, mul(weight, tensor2d(mask.values, [mask.inputs, mask.outputs])), bias);
        };
        for (const [i, [first, second]] of stages.entries()) {
          const made = masked(y, first!); // (rows, units)
          y = second ? add(y, masked(activation(made), second)) : made;
          if (i < stages.length - 1) y = between(y);
        }
        return x.rank === 2 ? y : reshape(y, [...x.shape.slice(0, -1), order.length * outputs]);
      }),
  };
}

/** 1 where a weight stands, 0 where it must not: rows are what a layer sees, columns what it makes. */
interface Mask {
  readonly inputs: number;
  readonly outputs: number;
  readonly values: Float32Array;
}

/** A layer, or the two of a residual block. */
type Stage = readonly Mask[];

/** A unit of degree g sees features of order below g and the context; so a degree is an order, counted from 0 without gaps. */
function stagesOf(
  where: string,
  order: readonly number[],
  context: number,
  outputs: number,
  hidden: readonly number[],
  residual: boolean,
): Stage[] {
  const distinct = [...new Set(order)].sort((a, b) => a - b);
  const place = order.map((value) => distinct.indexOf(value));
  const first = context > 0 ? 0 : 1; // a unit of degree 0 that sees no context sees nothing
  const count = distinct.length - first;
  if (count < 1) {
    throw new GenaiError(
      `${where}: all features have the order ${order[0]} and there is no context, so no output could see anything. ` +
        'Pass orders that differ, or a context.',
    );
  }
  // As degrees, the lowest that may see it: one more than the order of a feature, the least for the context.
  let seen = [...place.map((o) => o + 1), ...new Array<number>(context).fill(0)];
  const stages = hidden.flatMap((units, i): Stage[] => {
    expectIntegers(where, { [`hidden[${i}]`]: units });
    const degrees = Array.from({ length: units }, (_, k) => first + degreeOf(k, units, count));
    const layer: Stage = [maskBetween(seen, degrees)];
    seen = degrees;
    if (!residual) return [layer];
    const inner = maskBetween(degrees, degrees);
    return i > 0 && units === hidden[i - 1] ? [[inner, inner]] : [layer, [inner, inner]];
  });
  const made = place.flatMap((o) => new Array<number>(outputs).fill(o));
  return [...stages, [maskBetween(seen, made)]];
}

function degreeOf(unit: number, units: number, count: number): number {
  if (units >= count) return unit % count;
  return units === 1 ? 0 : Math.round((unit * (count - 1)) / (units - 1));
}

/** Eq. 12 and 13: what has degree g sees what has one of at most g. */
function maskBetween(seen: readonly number[], degrees: readonly number[]): Mask {
  const values = Float32Array.from(seen.flatMap((from) => degrees.map((to) => (to >= from ? 1 : 0))));
  return { inputs: seen.length, outputs: degrees.length, values };
}
