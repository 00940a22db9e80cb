import { scope } from '@genai/tensor';
import { matMul, tensor2d } from '@tensorflow/tfjs-core';
import type { Rows } from './points.js';

/**
 * Calls `visit` for every pair of rows with bounds of their squared distance: `low` ≤ ‖aᵢ − bⱼ‖² ≤ `high`.
 *
 * Distances come from products of matrices on the engine, in float32, tile by tile: memory follows a tile, not the number of
 * pairs. The bounds allow for its rounding, so that who compares with {@link squaredDistance} where they leave a doubt decides as
 * double precision does.
 */
export async function eachPair(
  a: Rows,
  b: Rows,
  visit: (i: number, j: number, low: number, high: number) => void,
): Promise<void> {
  const frame = frameOf(a, b);
  const slack = ULP * (a.width / 2 + 4);
  const underflow = a.width * 2 ** -124;
  for (let top = 0; top < a.count; top += TILE) {
    const left = blockOf(a, top, frame);
    for (let start = 0; start < b.count; start += TILE) {
      const right = blockOf(b, start, frame);
      const products = await productsOf(left, right, a.width);
      for (let r = 0; r < left.count; r++) {
        const [normA, squareA] = [left.norms[r]!, left.norms[r]! ** 2];
        for (let c = 0; c < right.count; c++) {
          const normB = right.norms[c]!;
          // ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a · b
          const squared = squareA + normB * normB - 2 * products[r * right.count + c]!;
          const error = slack * (normA + normB) ** 2 + underflow;
          visit(top + r, start + c, Math.max(0, squared - error) * frame.unit, (squared + error) * frame.unit);
        }
      }
    }
  }
}

/** ‖aᵢ − bⱼ‖² in double precision. */
export function squaredDistance(a: Rows, i: number, b: Rows, j: number): number {
  const { width } = a;
  let total = 0;
  for (let k = 0; k < width; k++) total += (a.values[i * width + k]! - b.values[j * width + k]!) ** 2;
  return total;
}

/** Rows of a tile, and its columns. */
const TILE = 1024;

/**
 * Half the distance of neighbouring float32 numbers at 1. Summing d products loses at most d of them times ‖a‖ ‖b‖ ≤ ¼ (‖a‖ +
 * ‖b‖)², and centring in float32 2 times (‖a‖ + ‖b‖)² or little more.
 */
const ULP = 2 ** -24;

/** Where the products are taken from and in which unit: small numbers about 0, which keep most digits. */
type Frame = { readonly centre: Float64Array; readonly scale: number; readonly unit: number };

function frameOf(a: Rows, b: Rows): Frame {
  const centre = new Float64Array(a.width);
  for (const { values, width } of [a, b]) {
    for (let i = 0; i < values.length; i++) centre[i % width]! += values[i]! / (a.count + b.count);
  }
  let furthest = 0;
  for (const { values, width } of [a, b]) {
    for (let i = 0; i < values.length; i++) furthest = Math.max(furthest, Math.abs(values[i]! - centre[i % width]!));
  }
  const scale = furthest > 0 ? 1 / furthest : 1;
  return { centre, scale, unit: 1 / scale ** 2 };
}

type Block = { readonly values: Float32Array; readonly norms: Float64Array; readonly count: number };

function blockOf({ values, count, width }: Rows, start: number, { centre, scale }: Frame): Block {
  const rows = Math.min(TILE, count - start);
  const block = { values: new Float32Array(rows * width), norms: new Float64Array(rows), count: rows };
  for (let r = 0; r < rows; r++) {
    let square = 0;
    for (let k = 0; k < width; k++) {
      const value = Math.fround((values[(start + r) * width + k]! - centre[k]!) * scale);
      block.values[r * width + k] = value;
      square += value * value;
    }
    block.norms[r] = Math.sqrt(square);
  }
  return block;
}

/** (left, right), row after row. */
async function productsOf(left: Block, right: Block, width: number): Promise<Float32Array> {
  const products = scope(() =>
    matMul(tensor2d(left.values, [left.count, width]), tensor2d(right.values, [right.count, width]), false, true),
  );
  try {
    return await products.data<'float32'>();
  } finally {
    products.dispose();
  }
}
