import { fold, type Key, type LowerBound, type Model, type Samples, split, type Tree } from '@genai/core';
import { type Flow, temperedFlow } from '@genai/flow';
import { logSumExp, normalNoise, scope, uniformNoise } from '@genai/tensor';
import {
  add,
  clipByValue,
  div,
  floor,
  log,
  matMul,
  mul,
  sigmoid,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import type { Place, RowLayout } from './row-layout.js';

/** A density of rows of mixed columns, and answers to "what if". */
export interface RowFlow<P> extends Model<P, Samples<Tensor> & LowerBound<Tensor>, Tensor | undefined> {
  /** The same at a temperature: below 1 it draws likelier, less varied rows. */
  readonly at: (temperature: number) => RowFlow<P>;
  /** Rows as they would be in another context, all else about them equal: (rows, places). */
  readonly whatIf: (
    params: P,
    x: Tensor,
    contexts: { readonly was: Tensor; readonly would: Tensor },
    key: Key,
  ) => Tensor;
}

/**
 * A flow of real numbers as a model of rows of a {@link RowLayout}: what is no real number is made one by noise, as dequantisation
 * does.
 *
 * - A digit k of K levels, of which one or more make a category, is the cell [k, k + 1) / K of a number in (0, 1), whose logit the flow sees.
 * - A number that is known to a cell lies somewhere in it.
 * - Where a number is missing it is a draw from N(0, 1), whose density is taken off again.
 *
 * `logProbBound` is in nats: of categories their probability, of numbers a density in units of the column. Of rows of real
 * numbers alone it is exact.
 */
export function rowFlow<P extends Tree<Tensor>>(
  flowAt: (context: Tensor | undefined) => Flow<P>,
  layout: RowLayout,
  init: Model<P, unknown>['init'],
): RowFlow<P> {
  const { places } = layout;
  const toReal = realOf(places);
  const fromReal = rowsOf(places);
  return {
    init,
    at: (temperature) => rowFlow((context) => temperedFlow(flowAt(context), temperature), layout, init),
    given: (params, context, layers) => {
      const density = flowAt(context).given(params, undefined, layers);
      return {
        sample: (key, shape) => scope(() => fromReal(density.sample(key, shape))),
        logProbBound: (x, key, samples = 1) =>
          scope(() => {
            const weights = Array.from({ length: samples }, (_, s) =>
              scope(() => {
                const { v, logWeight } = toReal(x, fold(key, s));
                return add(density.logProb(v), logWeight); // (batch)
              }),
            );
            return samples === 1 ? weights[0]! : sub(logSumExp(stack(weights), 0), Math.log(samples));
          }),
      };
    },
    whatIf: (params, x, { was, would }, key) =>
      scope(() => {
        const { y } = flowAt(was).forward(params, toReal(x, key).v);
        return fromReal(flowAt(would).inverse(params, y).x);
      }),
  };
}

/** What a logit is multiplied with, to have about the variance 1 of a standardised number: that of a logistic is π² / 3. */
const SCALE = Math.sqrt(3) / Math.PI;
/** What a number in (0, 1) is kept away from its ends. */
const EDGE = 1e-6;

/** Rows as real numbers v, and what their log-density is short of that of the rows: (batch, places) and (batch). */
function realOf(places: readonly Place[]): (x: Tensor, key: Key) => { v: Tensor; logWeight: Tensor } {
  const of = (f: (place: Place) => number): number[] => places.map(f);
  const isCategory = of(({ kind }) => Number(kind === 'category'));
  const levels = of((place) => (place.kind === 'category' ? place.levels : 1));
  const cells = of((place) => (place.kind === 'number' ? place.cell : 0));
  const logDeviations = of((place) => (place.kind === 'number' ? Math.log(place.deviation) : 0));
  const flags = places.map((_, flag) => of((place) => Number(place.kind === 'number' && place.missing === flag)));
  const hasMissing = flags.flat().includes(1);
  return (x, key) =>
    scope(() => {
      const [forCells, forMissing] = split(key);
      const category = tensor1d(isCategory);
      const u = uniformNoise(forCells, x.shape); // (batch, places)
      const number = add(x, mul(sub(u, 0.5), tensor1d(cells)));
      const w = clipByValue(div(add(x, u), tensor1d(levels)), EDGE, 1 - EDGE);
      const [logW, logRest] = [log(w), log(sub(1, w))];
      const known = add(mul(category, mul(sub(logW, logRest), SCALE)), mul(sub(1, category), number));
      // P(k) = ∫ p(w) dw over its cell = E p(v) |dv/dw| / K, with dv/dw = SCALE / (w (1 − w)).
      const ofCategories = mul(category, sub(sub(Math.log(SCALE), add(logW, logRest)), log(tensor1d(levels))));
      if (!hasMissing) return { v: known, logWeight: sum(sub(ofCategories, tensor1d(logDeviations)), 1) };
      const missing = matMul(x, tensor2d(flags)); // (batch, places), 1 where a number is missing
      const z = normalNoise(forMissing, x.shape);
      const v = add(mul(sub(1, missing), known), mul(missing, z));
      const minusLogQ = add(mul(square(z), 0.5), 0.5 * Math.log(2 * Math.PI));
      const ofNumbers = sub(mul(missing, minusLogQ), mul(sub(1, missing), tensor1d(logDeviations)));
      return { v, logWeight: sum(add(ofCategories, ofNumbers), 1) };
    });
}

/** Real numbers as the rows in whose cells they lie, (…, places). */
function rowsOf(places: readonly Place[]): (v: Tensor) => Tensor {
  const category = places.map(({ kind }) => Number(kind === 'category'));
  const levels = places.map((place) => (place.kind === 'category' ? place.levels : 1));
  return (v) =>
    scope(() => {
      const [isCategory, count] = [tensor1d(category), tensor1d(levels)];
      const w = clipByValue(sigmoid(div(v, SCALE)), EDGE, 1 - EDGE);
      return add(mul(isCategory, floor(mul(w, count))), mul(sub(1, isCategory), v));
    });
}
