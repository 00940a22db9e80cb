import { GenaiError } from '@genai/core';
import { type Tensor, tile } from '@tensorflow/tfjs-core';

/** `x`, (batch, …), for each of `rows` rows that come as (count, batch). */
export function repeatRows(where: string, x: Tensor, rows: number): Tensor {
  const batch = x.shape[0] ?? 1;
  if (rows === batch) return x;
  if (batch === 0 || rows % batch !== 0) {
    throw new GenaiError(`${where}: got ${rows} rows and a context of ${batch}. Pass a context for each example.`);
  }
  return tile(
    x,
    x.shape.map((_, axis) => (axis === 0 ? rows / batch : 1)),
  );
}
