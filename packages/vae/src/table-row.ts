import { type Distribution, GenaiError, type Mean, split as splitKey } from '@genai/core';
import { bernoulli, categorical, normal } from '@genai/distributions';
import { expectShape, logSumExp, scope } from '@genai/tensor';
import {
  add,
  addN,
  cast,
  concat,
  mul,
  oneHot,
  ones,
  reshape,
  sigmoid,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { placesOf, type TableLayout, tableWidth } from './table-layout.js';

/** Rows of numbers and categories; see {@link tableRow}. */
export interface TableRow extends Distribution<Tensor>, Mean<Tensor> {
  readonly kind: 'tableRow';
}

/**
 * Rows of a table whose features are independent: a normal distribution for each number, which may be missing with a probability of its
 * own, and a categorical one for each category. `logProb` is a density over the numbers that are there, in nats.
 *
 * `outputs`, (…batch, features), holds at the place of a number its centre, at that of a flag the logit of the number's being missing, at
 * those of a category its logits; `scale`, (numbers), the deviation of each number, if there is one. An event is a row, shape [features]: samples have
 * one 1 in each category; a number that is missing is 0, its flag 1, and has no density.
 *
 * @example
 * const row = tableRow([{ kind: 'number', width: 1 }, { kind: 'category', width: 3 }], outputs, tensor1d([0.5])); // outputs: (batch, 4)
 * @throws GenaiError if a width or a shape does not fit.
 */
export function tableRow(layout: TableLayout, outputs: Tensor, scale?: Tensor): TableRow {
  const where = 'tableRow';
  const places = placesOf(where, layout);
  const features = tableWidth(layout);
  expectShape(`${where}: outputs`, outputs, ['…', features]);
  const numbers = places.filter(({ kind }) => kind === 'number').length;
  if (scale) expectShape(`${where}: scale`, scale, [numbers]);
  else if (numbers > 0)
    throw new GenaiError(`${where}: there is no scale. Pass the deviations of the ${numbers} numbers.`);
  const batchShape = outputs.shape.slice(0, -1);
  /** `size` entries of the last axis from `start`. */
  const cut = (x: Tensor, start: number, size: number): Tensor =>
    slice(x, [...x.shape.slice(1).map(() => 0), start], [...x.shape.slice(0, -1), size]);
  /** The same without that axis. */
  const at = (x: Tensor, place: number): Tensor => reshape(cut(x, place, 1), x.shape.slice(0, -1));
  return {
    kind: 'tableRow',
    batchShape,
    eventShape: [features],
    logProb: (x) => {
      if (x.shape.at(-1) !== features) {
        throw new GenaiError(
          `${where}.logProb: x has shape [${x.shape.join(', ')}], expected rows of ${features} features.`,
        );
      }
      return scope(() =>
        addN(
          places.map(({ kind, start, number, width, flagged }) => {
            if (kind === 'category') {
              const logits = cut(outputs, start, width); // (…batch, size)
              const chosen = sum(mul(cut(x, start, width), logits), -1); // (…, batch)
              return sub(chosen, mul(logSumExp(logits, -1), sum(cut(x, start, width), -1)));
            }
            const density = normal(at(outputs, start), at(scale!, number)).logProb(at(x, start)); // (…, batch)
            if (!flagged) return density;
            const missing = at(x, start + 1);
            return add(mul(density, sub(1, missing)), bernoulli(at(outputs, start + 1)).logProb(missing));
          }),
        ),
      );
    },
    sample: (key, shape = []) =>
      scope(() => {
        const keys = splitKey(key, places.length);
        const column = (x: Tensor): Tensor => reshape(x, [...shape, ...batchShape, 1]);
        const parts = places.map(({ kind, start, number, width, flagged }, i) => {
          if (kind === 'category') {
            const index = categorical(cut(outputs, start, width)).sample(keys[i]!, shape); // shape + batch
            return oneHotOf(index, width);
          }
          const [forValue, forFlag] = splitKey(keys[i]!);
          const value = column(normal(at(outputs, start), at(scale!, number)).sample(forValue, shape));
          if (!flagged) return value;
          const missing = column(bernoulli(at(outputs, start + 1)).sample(forFlag, shape));
          return concat([mul(value, sub(1, missing)), missing], -1);
        });
        return concat(parts, -1); // shape + batch + (features)
      }),
    mean: () =>
      scope(() =>
        concat(
          places.map(({ kind, start, width, flagged }) => {
            if (kind === 'category') return softmax(cut(outputs, start, width));
            const value = cut(outputs, start, 1);
            if (!flagged) return value;
            const missing = sigmoid(cut(outputs, start + 1, 1));
            return concat([mul(value, sub(1, missing)), missing], -1);
          }),
          -1,
        ),
      ),
  };
}

/** shape + (size), float32. */
function oneHotOf(index: Tensor, size: number): Tensor {
  if (size === 1) return ones([...index.shape, 1]); // oneHot refuses to
  return cast(oneHot(cast(index, 'int32'), size), 'float32');
}
