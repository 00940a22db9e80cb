import { GenaiError } from '@genai/core';
import { type Batched, type Columns, fieldsOf, gatherRows, label, tensorsOf } from './column.js';
import type { Dataset } from './dataset.js';
import { expectIndices } from './expect.js';

/**
 * A dataset over arrays on the host, whose first dimension counts the examples.
 *
 * Bytes stay bytes: 60,000 pictures of 28×28 take 47 MB, and a group becomes `float32` in [0, 1] when it is read.
 * The arrays are not copied; do not change them afterwards. See {@link Column} for what becomes of which numbers.
 *
 * @example
 * const data = fromArrays({
 *   images: { data: bytes, shape: [60_000, 28, 28, 1] }, // (batch, 28, 28, 1) float32 in [0, 1]
 *   labels, //                                              (batch) int32
 * });
 * @throws GenaiError if an array does not fit its shape, or the columns differ in length.
 */
export function fromArrays<C extends Columns>(columns: C): Dataset<Batched<C>> {
  const fields = fieldsOf('fromArrays', columns);
  for (const { path, shape } of fields) {
    if (shape.length === 0) {
      throw new GenaiError(`fromArrays: ${label(path)} has shape [], expected a first dimension that counts examples.`);
    }
    if (shape[0] !== fields[0]!.shape[0]) {
      throw new GenaiError(
        `fromArrays: ${label(path)} has ${shape[0]} examples, ${label(fields[0]!.path)} has ${fields[0]!.shape[0]}. Pass columns of one length.`,
      );
    }
  }
  const length = fields[0]!.shape[0]!;
  return {
    length,
    read: (indices) => {
      expectIndices('fromArrays', indices, length);
      return tensorsOf(columns, (f) => {
        const { data, shape, as } = fields[f]!;
        const row = shape.slice(1).reduce((product, n) => product * n, 1);
        return gatherRows(as, [indices.length, ...shape.slice(1)], row, (i) => [data, indices[i]! * row]);
      });
    },
  };
}
