import { scope } from '@genai/tensor';
import { matMul, tensor2d } from '@tensorflow/tfjs-core';
import { breathing } from '../breathing.js';
import type { Rows } from '../points.js';
import { addInnerProducts, type Matrix, matrixOf, mirror, transposeOf } from './inner-products.js';
import { PANEL } from './strips.js';

/** Rows of a tile, and its columns. */
const TILE = 512;

/** Inner products of some rows with others: `values` (columns, rows), of the rows from `top` and the columns from `start`. */
export interface Tile {
  readonly top: number;
  readonly start: number;
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array | Float32Array;
}

/**
 * Calls `visit` with the inner products of all rows of `a` and `b`, tile by tile, in double precision on the host.
 *
 * With `engine`, large tiles are products in float32 there. If `a` is `b`, tiles left of the diagonal are not visited.
 */
export async function eachTile(
  a: Rows,
  b: Rows,
  visit: (tile: Tile) => void,
  { engine = false }: { readonly engine?: boolean } = {},
): Promise<void> {
  const breath = breathing();
  for (let top = 0; top < a.count; top += TILE) {
    for (let start = a === b ? top : 0; start < b.count; start += TILE) {
      const left = slice(a, top);
      const right = a === b && top === start ? left : slice(b, start);
      const isLarge = left.count * right.count * a.width >= 2 ** 23; // below, passing it over takes longer
      const values = engine && isLarge ? await onEngine(left, right) : onHost(left, right);
      visit({ top, start, rows: left.count, columns: right.count, values });
      if (breath.due()) await breath.take();
    }
  }
}

/** x · x of each row, rounded as products on the host are: two rows that are equal are exactly 0 apart. */
export function squaresOf(rows: Rows): Float64Array {
  const squares = new Float64Array(rows.count);
  for (let top = 0; top < rows.count; top += PANEL) {
    const some = turned(slice(rows, top, PANEL)); // (width, 4)
    const products = matrixOf(some.columns, some.columns);
    addInnerProducts(some, some, products);
    for (let i = 0; i < some.columns; i++) squares[top + i] = products.values[i * some.columns + i]!;
  }
  return squares;
}

function slice({ values, count, width }: Rows, from: number, most = TILE): Rows {
  const rows = Math.min(most, count - from);
  return { values: values.subarray(from * width, (from + rows) * width), count: rows, width };
}

function onHost(left: Rows, right: Rows): Float64Array {
  const [columns, rows] = [turned(right), left === right ? undefined : turned(left)];
  const products = matrixOf(right.count, left.count);
  addInnerProducts(columns, rows ?? columns, products);
  if (left === right) mirror(products);
  return products.values;
}

/** (width, count) */
function turned({ values, count, width }: Rows): Matrix {
  const matrix = {
    values: values instanceof Float64Array ? values : Float64Array.from(values),
    rows: count,
    columns: width,
  };
  return transposeOf(matrix);
}

async function onEngine(left: Rows, right: Rows): Promise<Float32Array> {
  const single = ({ values }: Rows) => (values instanceof Float32Array ? values.slice() : Float32Array.from(values));
  const products = scope(() =>
    matMul(
      tensor2d(single(right), [right.count, right.width]),
      tensor2d(single(left), [left.count, left.width]),
      false,
      true,
    ),
  ); // (columns, rows)
  try {
    return await products.data<'float32'>();
  } finally {
    products.dispose();
  }
}
