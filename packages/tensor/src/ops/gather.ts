import { GenaiError } from '@genai/core';
import { reshape, scatterND, type Tensor, gather as tfGather } from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.js';

/**
 * The rows of a table that `indices` name, with a gradient to any order on every engine.
 *
 * table: (rows, …width), indices: any shape, of int32; result: indices' shape + width. An index outside 0 … rows − 1
 * throws on engines that keep their values in host memory (cpu, wasm, simd); on the others it gives zeros, and the
 * gradient is not to be trusted.
 *
 * @example
 * const embedded = gather(params.table, tokens); // tokens: (batch, time) → (batch, time, width)
 * @throws GenaiError if table is a scalar or indices are not int32 or out of range.
 */
export function gather(table: Tensor, indices: Tensor): Tensor {
  if (table.rank === 0) throw new GenaiError('gather: the table is a scalar, expected shape [rows, …].');
  if (indices.dtype !== 'int32') {
    throw new GenaiError(`gather: indices are ${indices.dtype}, expected int32. Use cast(indices, 'int32').`);
  }
  return rowsOf(table, indices);
}

/** Rows without a gradient. @throws GenaiError, where the engine can tell, for an index out of range. */
export function pickRows(where: string, table: Tensor, indices: Tensor): Tensor {
  try {
    return tfGather(table, indices as Tensor<never>);
  } catch (error) {
    const [, index] = /index (?:value|is) (-?\d+)/.exec(String(error)) ?? [];
    if (index === undefined) throw error;
    throw new GenaiError(`${where}: index ${index} is out of range, expected 0 to ${table.shape[0]! - 1}.`, {
      cause: error,
    });
  }
}

function rowsOf(table: Tensor, indices: Tensor): Tensor {
  return withGradient([table], {
    forward: (table) => ({ value: pickRows('gather', table, indices), kept: [indices] }),
    backward: (dy, [table], [indices]) => [addRows(dy, indices!, table!.shape)],
  });
}

/** Zeros of `shape`, each row of `values` added at its index: the transpose of {@link rowsOf}, and it of this. */
function addRows(values: Tensor, indices: Tensor, shape: number[]): Tensor {
  return withGradient([values], {
    forward: (values) => {
      const updates = reshape(values, [indices.size, ...shape.slice(1)]);
      // Every engine has this kernel and adds up rows that meet; not all have UnsortedSegmentSum, which is what
      // TensorFlow.js takes, and its cpu engine goes through all values once for every row of the table.
      return { value: scatterND(reshape(indices, [indices.size, 1]), updates, shape as never), kept: [indices] };
    },
    backward: (dy, _, [indices]) => [rowsOf(dy, indices!)],
  });
}
