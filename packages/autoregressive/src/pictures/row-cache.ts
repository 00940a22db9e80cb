import { conv2d, linear, scope } from '@genai/tensor';
import { add, concat, pad, reshape, slice, type Tensor, zeros } from '@tensorflow/tfjs-core';

/**
 * What a convolution along raster order keeps while a row is drawn. The rows above are finished, so what they give to each pixel of
 * the row is computed at its start, for the whole row at once; a pixel then only needs what stands left of it.
 *
 * Its shapes stay the same from pixel to pixel, and what a pixel needs always stands at the same place: so all pixels of a row are
 * one function of tensors.
 */
export type RowCache = {
  /** The finished rows that the filter reaches, (batch, reach, width, inputs); zeros above the picture. */
  readonly rows: Tensor;
  /** What was pushed in this row, behind zeros: (batch, (reach + width) · inputs). */
  readonly row: Tensor;
  /** What the rows above give to the pixels of this one, from the next on, the bias with it; zeros behind: (batch, width · outputs). */
  readonly above: Tensor;
};

/** A row of which nothing is drawn: zeros, (batch, (reach + width) · inputs). */
export function noRow(rows: Tensor): Tensor {
  const [batch, reach, width, inputs] = rows.shape as [number, number, number, number];
  return zeros([batch, (reach + width) * inputs]);
}

/** The pixels of a full row without the zeros in front: (batch, 1, width, inputs). */
export function fullRow({ rows, row }: RowCache): Tensor {
  const [batch, reach, width, inputs] = rows.shape as [number, number, number, number];
  return reshape(slice(row, [0, reach * inputs], [batch, width * inputs]), [batch, 1, width, inputs]);
}

/** `rows` moved down by one: the highest leaves, `row`, (batch, 1, width, inputs), joins. */
export function nextRows(rows: Tensor, row: Tensor): Tensor {
  const [batch, reach, width, inputs] = rows.shape as [number, number, number, number];
  return concat([slice(rows, [0, 1, 0, 0], [batch, reach - 1, width, inputs]), row], 1);
}

/** A filter, (height, columns, inputs, outputs), over as many rows as it is high: (batch, height, width, inputs) → (batch, 1, width, outputs). */
export function alongRows(rows: Tensor, filter: Tensor): Tensor {
  const side = (filter.shape[1]! - 1) / 2;
  return scope(() => conv2d(pad(rows, [NONE, NONE, [side, side], NONE]), filter, { padding: 'valid' }));
}

/** With one more pixel of this row, (batch, inputs). */
export function pushed(cache: RowCache, x: Tensor): RowCache {
  return { ...cache, row: concat([behind(cache.row, x.shape[1]!), x], 1) };
}

/** With the next pixel of this row drawn. */
export function passed(cache: RowCache): RowCache {
  const outputs = cache.above.shape[1]! / cache.rows.shape[2]!;
  return { ...cache, above: pad(behind(cache.above, outputs), [NONE, [0, outputs]]) };
}

/**
 * The convolution at the next pixel: what the rows above give, plus the last pushed pixels by `weight`, (taps, inputs, outputs), one
 * for each of them: (batch, outputs).
 */
export function atPixel({ row, above }: RowCache, weight: Tensor): Tensor {
  const [taps, inputs, outputs] = weight.shape as [number, number, number];
  const [batch, length] = row.shape as [number, number];
  const size = taps * inputs;
  return scope(() => {
    const left = slice(row, [0, length - size], [batch, size]);
    const given = slice(above, [0, 0], [batch, outputs]);
    return add(given, linear(left, reshape(weight, [size, outputs])));
  });
}

/** (batch, length) without the first `size` numbers. */
function behind(x: Tensor, size: number): Tensor {
  const [batch, length] = x.shape as [number, number];
  return slice(x, [0, size], [batch, length - size]);
}

const NONE: [number, number] = [0, 0];
