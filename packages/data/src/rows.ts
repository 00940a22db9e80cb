import { GenaiError } from '@genai/core';
import { type Batched, type Columns, type Field, fieldsOf, gatherRows, label, tensorsOf } from './column.js';

/** Examples put together one by one until they become a batch. */
export interface Rows<R> {
  readonly count: number;
  /** Adds an example; `number` names it in errors. */
  readonly push: (example: R, number: number) => void;
  /** The batch, (count, …) for each column, owned by the caller; starts the next. */
  readonly take: () => Batched<R>;
}

/** Rows of the form of the first example. */
export function rowsLike<R extends Columns>(first: R): Rows<R> {
  const form = fieldsOf('stream: example 0', first);
  let held: Field[][] = [];
  return {
    get count() {
      return held.length;
    },
    push: (example, number) => {
      const fields = fieldsOf(`stream: example ${number}`, example);
      if (fields.length !== form.length) {
        throw new GenaiError(
          `stream: example ${number} has ${fields.length} columns, the first has ${form.length}. Give all examples one form.`,
        );
      }
      for (const [i, { path, shape, as }] of fields.entries()) {
        const want = form[i]!;
        if (path !== want.path || as !== want.as || shape.join() !== want.shape.join()) {
          throw new GenaiError(
            `stream: example ${number} has ${label(path)} of shape [${shape.join(', ')}] (${as}), the first ${label(want.path)} of [${want.shape.join(', ')}] (${want.as}). Give all examples one form.`,
          );
        }
      }
      held.push(fields);
    },
    take: () => {
      const rows = held;
      held = [];
      return tensorsOf(first, (f) => {
        const { as, shape } = form[f]!;
        const row = shape.reduce((product, n) => product * n, 1);
        return gatherRows(as, [rows.length, ...shape], row, (i) => [rows[i]![f]!.data, 0]);
      });
    },
  };
}
