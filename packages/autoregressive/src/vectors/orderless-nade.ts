import { type Distribution, expectIntegers, fold, type Key, type Model, sizeOf, split } from '@genai/core';
import { type DenseParams, mlp } from '@genai/nn';
import { logSumExp, scope } from '@genai/tensor';
import {
  add,
  broadcastTo,
  cast,
  concat,
  expandDims,
  mul,
  reshape,
  slice,
  stack,
  sub,
  type Tensor,
  tensor2d,
  where,
  zeros,
} from '@tensorflow/tfjs-core';
import type { AnyOrderDistribution } from './any-order-distribution.js';
import { contextOf } from './context-of.js';
import type { Emission } from './emission.js';
import { bernoulliEmission } from './emissions/bernoulli-emission.js';
import { knownFirst, knownRows } from './known-first.js';
import { expectMasks, masksOf } from './mask-set.js';
import { chosenTables, sequenceOf } from './mask-tables.js';
import { featureAt, type GivenValues, pick, put, takenOr } from './one-feature.js';
import { inRows, rowsOf } from './rows-of.js';

export interface OrderlessNadeOptions {
  /** Of the data: the last axis. */
  readonly features: number;
  /** Units of the hidden layers. */
  readonly hidden: readonly number[];
  /** What the features are: {@link bernoulliEmission} unless given. */
  readonly emission?: Emission;
  /** What stands between the layers. Default ReLU. */
  readonly activation?: (x: Tensor) => Tensor;
  /** Features of the context; without, the model has none. */
  readonly context?: number;
  /**
   * The orders that density and draws are averaged over: how many random ones, or the place of each feature in each; the natural
   * one unless given. The parameters know nothing of them, so they may be other ones after training.
   */
  readonly orders?: number | readonly (readonly number[])[];
  /** What random orders are drawn from; `key(0)` unless given. */
  readonly key?: Key;
}

/** The parameters of {@link orderlessNade}, those of an mlp. */
export type OrderlessNadeParams = readonly DenseParams[];

/** What an {@link orderlessNade} gives. */
export interface OrderlessDistribution extends AnyOrderDistribution {
  /**
   * p(x_i | what is known of x) for every feature i, from one pass: x, (…, batch, features), and a mask that broadcasts to it to a
   * distribution of batch (…, batch, features). Meaningless where x_i is known.
   */
  readonly conditionals: (x: Tensor, known: Tensor) => Distribution<Tensor>;
}

/**
 * A net that is told which features are known, and what they are, and gives the distribution of each other one: so p(x) = ∏ p(x_d | x_<d)
 * in any order, and the rest of a vector given any part of it.
 *
 * It learns all orders at once by {@link orderlessNll}. `given(params).logProb(x)`, of (…, features) and in nats, takes a pass for each
 * feature of each order; draws take one for each feature and are float32.
 *
 * @example
 * const digits = orderlessNade({ features: 784, hidden: [500, 500] });
 * const step = minimize(orderlessNll(digits), adam(1e-3));
 * using whole = owned(digits.given(run.state.params).complete(key(2), x, known)); // (batch, 784)
 * @throws GenaiError if a size is out of range or an order does not hold each of 0 … features − 1 once; when used, if a shape is wrong.
 * @source Uria et al. 2014, "A deep and tractable density estimator", sections 3 and 4.
 */
export function orderlessNade(
  options: OrderlessNadeOptions & { readonly context?: never },
): Model<OrderlessNadeParams, OrderlessDistribution>;
export function orderlessNade(
  options: OrderlessNadeOptions & { readonly context: number },
): Model<OrderlessNadeParams, OrderlessDistribution, Tensor>;
export function orderlessNade(
  options: OrderlessNadeOptions,
): Model<OrderlessNadeParams, OrderlessDistribution> | Model<OrderlessNadeParams, OrderlessDistribution, Tensor> {
  const { features, hidden, orders, context: size = 0, emission = bernoulliEmission(), activation } = options;
  const at = `orderlessNade(${features})`;
  expectIntegers(at, { features });
  expectIntegers(at, { context: size }, 0);
  const sizes = { features, hidden: [] };
  const sets =
    typeof orders === 'object'
      ? orders.map((order) => ({ order, degrees: [] }))
      : masksOf(at, sizes, orders, options.key);
  expectIntegers(at, { 'the number of orders': sets.length });
  for (const set of sets) expectMasks(at, set, sizes);
  const { inputs, outputs } = emission;
  const net = mlp([features * (inputs + 1) + size, ...hidden, features * outputs], {
    ...(activation && { activation }),
  });
  type P = OrderlessNadeParams;

  /** What the net gives for each feature, (rows, features, outputs), where `known`, (rows or 1, features), is 1 of what it is told. */
  const rawOf = (params: P, x: Tensor, known: Tensor, context: Tensor | undefined): Tensor =>
    scope(() => {
      const rows = x.shape[0]!;
      const mask = broadcastTo(known, [rows, features]);
      const told = reshape(mul(emission.seen(x), expandDims(mask, -1)), [rows, features * inputs]);
      return reshape(net.apply(params, concat([told, mask, ...(context ? [context] : [])], 1)), [
        rows,
        features,
        outputs,
      ]);
    });

  /** log p(x | order), (rows): features one after the other, each of those before it. */
  const score = (params: P, order: readonly number[], x: Tensor, context: Tensor | undefined): Tensor =>
    scope(() => {
      const rows = x.shape[0]!;
      let logP = zeros([rows]);
      for (const [t, feature] of sequenceOf(order).entries()) {
        logP = scope(() => {
          const known = tensor2d([order.map((place) => Number(place < t))]);
          const raw = slice(rawOf(params, x, known, context), [0, feature, 0], [rows, 1, outputs]);
          const own = emission
            .given(reshape(raw, [rows, outputs]))
            .logProb(reshape(slice(x, [0, feature], [rows, 1]), [rows]));
          return add(logP, own);
        });
      }
      return logP;
    });

  const draw = (params: P, sequence: Tensor, key: Key, context: Tensor | undefined, given?: GivenValues): Tensor =>
    scope(() => {
      let [x, known] = [zeros(sequence.shape), zeros(sequence.shape)];
      for (let t = 0; t < features; t++) {
        [x, known] = scope(() => {
          const { hot } = featureAt(sequence, t);
          const raw = pick(hot, rawOf(params, x, known, context)); // (rows, outputs)
          const drawn = cast(emission.given(raw).sample(fold(key, t)), 'float32');
          return [add(x, put(hot, takenOr(drawn, hot, given))), add(known, hot)] as [Tensor, Tensor];
        });
      }
      return x;
    });

  /** Rows of what is known, with 0 for what is not, so that nothing of that gets through. */
  const partlyKnown = (verb: string, values: Tensor, known: Tensor, beside: readonly Tensor[]) => {
    const { x, beside: rows, lead } = rowsOf(`${at}.${verb}`, values, features, beside);
    const mask = knownRows(`${at}.${verb}`, known, [...lead, features]); // (rows, features)
    return { x: where(mask, cast(x, 'float32'), 0), mask, rows: rows[0], lead };
  };

  const model: Model<P, OrderlessDistribution, Tensor | undefined> = {
    init: net.init,
    given: (params, context) => {
      const beside = contextOf(at, context, size);
      const batchShape = beside.map(({ shape }) => shape[0]!);
      return {
        batchShape,
        eventShape: [features],
        logProb: (values) =>
          scope(() => {
            const { x, beside: rows, lead } = rowsOf(`${at}.logProb`, values, features, beside);
            const each = sets.map(({ order }) => score(params, order, x, rows[0]));
            return reshape(sub(logSumExp(stack(each), 0), Math.log(sets.length)), [...lead]);
          }),
        sample: (key, shape = []) =>
          scope(() => {
            const [choice, draws] = split(key);
            const lead = [...shape, ...batchShape];
            const [rows] = beside.map((c) => inRows(c, lead));
            const { sequence } = chosenTables(sets, sizeOf(lead), choice);
            return reshape(draw(params, sequence, draws, rows), [...lead, features]);
          }),
        conditionals: (values, known) =>
          emission.given(
            scope(() => {
              const { x, mask, rows, lead } = partlyKnown('conditionals', values, known, beside);
              return reshape(rawOf(params, x, cast(mask, 'float32'), rows), [...lead, features, outputs]);
            }),
          ),
        complete: (key, values, known) =>
          scope(() => {
            const [places, draws] = split(key);
            const { x, mask, rows, lead } = partlyKnown('complete', values, known, beside);
            const made = draw(params, knownFirst(mask, places), draws, rows, { x, known: mask });
            return reshape(made, [...lead, features]);
          }),
      };
    },
  };
  return model as ReturnType<typeof orderlessNade>;
}
