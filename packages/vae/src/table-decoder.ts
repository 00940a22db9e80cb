import { GenaiError, type Layer, type Model } from '@genai/core';
import { scope, softplus } from '@genai/tensor';
import { add, fill, type Tensor } from '@tensorflow/tfjs-core';
import { placesOf, type TableLayout } from './table-layout.js';
import { type TableRow, tableRow } from './table-row.js';

/** `net`: those of the net; `scale`: (numbers), what becomes the deviation of each number by softplus, if there are numbers. */
export type TableDecoderParams<P> = { readonly net: P; readonly scale?: Tensor };

/**
 * A net that gives a row of a table for each input, p(row | z): a product of normal and categorical distributions ({@link tableRow}). The
 * net's output has one number for each feature of the row, (…batch, features).
 *
 * The deviation of a number is learnt, the same for all rows, 0.3 at first; no deviation is below `floor` (0.01 unless given), so that a
 * column that takes few values does not draw its density to infinity.
 *
 * @example
 * const decoder = tableDecoder(mlp([8, 128, codec.width]), { layout: codec.layout });
 * @throws GenaiError if the layout is empty, a width does not fit, or `floor` is negative or not finite; when it is given an input, if the
 * net's output is not as wide as a row.
 * @source Xu et al. 2019, "Modeling tabular data using conditional GAN", section 4.5 (TVAE), without its modes of numbers.
 */
export function tableDecoder<P>(
  net: Layer<Tensor, P>,
  { layout, floor = 0.01 }: { readonly layout: TableLayout; readonly floor?: number },
): Model<TableDecoderParams<P>, TableRow, Tensor> {
  const numbers = placesOf('tableDecoder', layout).filter(({ kind }) => kind === 'number').length;
  if (!(floor >= 0 && floor < Infinity)) {
    throw new GenaiError(`tableDecoder: floor must be a finite number of at least 0, got ${floor}.`);
  }
  return {
    init: (key) =>
      scope(() => {
        const scale = numbers > 0 && { scale: fill([numbers], Math.log(Math.expm1(FIRST))) };
        return { net: net.init(key), ...scale };
      }),
    given: (params, z, key) => {
      const { outputs, scale } = scope(() => ({
        outputs: net.apply(params.net, z, key), // (…batch, features)
        ...(params.scale && { scale: add(softplus(params.scale), floor) }), // (numbers)
      }));
      return tableRow(layout, outputs, scale);
    },
  };
}

/** The deviation of numbers before training, where those of the data have 1. */
const FIRST = 0.3;
