import { expectIntegers, GenaiError, type Key, type Model, sizeOf, split } from '@genai/core';
import { logSumExp, scope } from '@genai/tensor';
import { cast, relu, reshape, stack, sub, sum, type Tensor, where } from '@tensorflow/tfjs-core';
import type { AnyOrderDistribution } from './any-order-distribution.js';
import { contextOf } from './context-of.js';
import { drawMade } from './draw-made.js';
import type { Emission } from './emission.js';
import { bernoulliEmission } from './emissions/bernoulli-emission.js';
import { knownFirst, knownRows } from './known-first.js';
import { initMade, type MadeNet, type MadeParams, madeOutputs } from './made-net.js';
import { expectMasks, type MaskSet, masksOf } from './mask-set.js';
import { chosenTables, type MaskTables, maskTables } from './mask-tables.js';
import { inRows, rowsOf } from './rows-of.js';

export interface MadeOptions {
  /** Of the data: the last axis. */
  readonly features: number;
  /** Units of the hidden layers; at least one layer. */
  readonly hidden: readonly number[];
  /** What the features are: {@link bernoulliEmission} unless given. */
  readonly emission?: Emission;
  /** What stands between the layers. Default ReLU. */
  readonly activation?: (x: Tensor) => Tensor;
  /** Adds weights that lead from the features straight to the outputs, 0 at first. Default `false`. */
  readonly direct?: boolean;
  /** Features of the context; without, the model has none. */
  readonly context?: number;
  /** How many random orders, each with connections of its own, are learned; without, one net in the natural order. */
  readonly orders?: number;
  /** What orders and connections are drawn from; `key(0)` unless given. Keep it: the parameters mean nothing without them. */
  readonly key?: Key;
  /** Orders and connections of your own in place of `orders` and `key`. */
  readonly masks?: readonly MaskSet[];
}

/** A {@link made} model. */
export interface Made<C = void> extends Model<MadeParams, AnyOrderDistribution, C> {
  /** The orders and connections. */
  readonly masks: readonly MaskSet[];
}

/**
 * A masked autoencoder: p(x) = ∏ p(x_d | x_<d), each factor from one net whose weights are masked so that it sees the features before
 * its own; with `context` p(x | c).
 *
 * `given(params).logProb(x)` takes x of shape (…, features), one pass for each order, and is in nats; `sample(key, shape)` has shape
 * `shape + features`, is made in as many steps as there are features, and is float32. With `orders` the model is the mixture of all
 * orders, p(x) = 1/n Σ p(x | order): without a key it scores and draws by that; with a key, in training, one order taken by
 * chance scores the whole batch. A context, (batch, context), moves the biases of the first hidden layer and of the outputs.
 *
 * @example
 * const digits = made({ features: 784, hidden: [500], orders: 32 });
 * const step = minimize(vectorNll(digits), adam(1e-3));
 * using images = owned(scope(() => digits.given(run.state.params).sample(key(1), [16]))); // (16, 784)
 * using whole = owned(digits.given(run.state.params).complete(key(2), x, known));
 * @throws GenaiError if a size is out of range, there is no hidden layer, or masks do not fit; when used, if a shape is wrong;
 * `complete` also if all orders are one, since the net then knows no other.
 * @source Germain et al. 2015, "MADE: Masked autoencoder for distribution estimation", sections 3 and 4.
 */
export function made(options: MadeOptions & { readonly context?: never }): Made;
export function made(options: MadeOptions & { readonly context: number }): Made<Tensor>;
export function made(options: MadeOptions): Made | Made<Tensor> {
  const { features, hidden, orders, context: size = 0 } = options;
  const at = `made(${features})`;
  expectIntegers(at, { features, ...Object.fromEntries(hidden.map((units, i) => [`hidden[${i}]`, units])) });
  expectIntegers(at, { context: size }, 0);
  if (hidden.length === 0) throw new GenaiError(`${at}: hidden is empty. Pass the units of at least one hidden layer.`);
  const sets = options.masks ?? masksOf(at, { features, hidden }, orders, options.key);
  if (sets.length === 0) throw new GenaiError(`${at}: masks is empty. Pass at least one set.`);
  for (const set of sets) expectMasks(at, set, { features, hidden });
  const { emission = bernoulliEmission(), activation = relu, direct = false } = options;
  const net: MadeNet = { features, hidden, emission, activation, direct, context: size };

  const score = (params: MadeParams, masks: MaskTables, x: Tensor, context: Tensor | undefined): Tensor =>
    scope(() => sum(emission.given(madeOutputs(net, params, masks, x, context)).logProb(x), -1)); // (rows)

  const model: Made<Tensor | undefined> = {
    masks: sets,
    init: (key) => initMade(net, key),
    given: (params, context, layers) => {
      const beside = contextOf(at, context, size);
      const batchShape = beside.map(({ shape }) => shape[0]!);
      return {
        batchShape,
        eventShape: [features],
        logProb: (values) =>
          scope(() => {
            const rows = rowsOf(`${at}.logProb`, values, features, beside);
            const under = (masks: MaskTables): Tensor => score(params, masks, rows.x, rows.beside[0]); // (rows)
            if (sets.length > 1 && layers) return reshape(under(chosenTables(sets, 1, layers)), [...rows.lead]);
            // Section 4.2: the average of the probabilities.
            const each = sets.map((set) => under(maskTables([set])));
            const logP = each.length === 1 ? each[0]! : sub(logSumExp(stack(each), 0), Math.log(sets.length));
            return reshape(logP, [...rows.lead]);
          }),
        sample: (key, shape = []) =>
          scope(() => {
            const [choice, draws] = split(key);
            const lead = [...shape, ...batchShape];
            const [rows] = beside.map((c) => inRows(c, lead));
            const masks = chosenTables(sets, sizeOf(lead), choice);
            return reshape(drawMade(net, params, { masks, key: draws, context: rows }), [...lead, features]);
          }),
        complete: (key, values, known) =>
          scope(() => {
            if (new Set(sets.map(({ order }) => String(order))).size === 1) {
              throw new GenaiError(
                `${at}.complete: the net knows one order only. Make it with \`orders\` and train it in all of them.`,
              );
            }
            const [choice, places, draws] = split(key, 3);
            const {
              x,
              beside: [rows],
              lead,
            } = rowsOf(`${at}.complete`, values, features, beside);
            const mask = knownRows(`${at}.complete`, known, [...lead, features]);
            const masks = { ...chosenTables(sets, sizeOf(lead), choice), sequence: knownFirst(mask, places) };
            const given = { x: where(mask, cast(x, 'float32'), 0), known: mask };
            return reshape(drawMade(net, params, { masks, key: draws, context: rows, given }), [...lead, features]);
          }),
      };
    },
  };
  return model as Made | Made<Tensor>;
}
