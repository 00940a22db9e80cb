import { recomputed, scope } from '@genai/tensor';
import { concat, slice, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { Past } from '../model/attention-layer.js';
import type { Block, BlockOutput } from '../model/block.js';

/**
 * A block of which a gradient keeps only what goes in: what lies between is computed once more when it is needed.
 *
 * That holds where a sequence begins, as in training; with a past the block is as it was.
 *
 * @source Chen et al. 2016, "Training deep nets with sublinear memory cost", section 3.
 */
export function recomputedBlock(block: Block): Block {
  const { apply } = block;
  return {
    ...block,
    apply: (params, x, past, key) => {
      if (past.behind || past.cache.keys.shape[1]! > 0) return apply(params, x, past, key);
      return scope(() => {
        const [batch, , columns] = past.cache.keys.shape as [number, number, number];
        const { memory, mask, reach } = past;
        const inputs = { params, x, ...(memory && { memory }), ...(mask && { mask }), ...(reach && { reach }) };
        // One tensor can be recomputed, so what the block gives stands side by side.
        const all = recomputed(
          ({ params, x, ...beside }) => sideBySide(apply(params, x, { ...nothing(batch, columns), ...beside }, key)),
          inputs,
        );
        return apart(all, x.shape[2]!, columns);
      });
    },
  };
}

/** A past without positions, made anew: the tensors of a state may be gone when a gradient is computed. */
function nothing(batch: number, columns: number): Past {
  const none = (): Tensor => zeros([batch, 0, columns]);
  return { cache: { keys: none(), values: none() } };
}

/** (batch, time, width + 2 · columns + experts) */
function sideBySide({ output, cache: { keys, values }, router }: BlockOutput): Tensor {
  return concat(router ? [output, keys, values, router] : [output, keys, values], 2);
}

function apart(all: Tensor, width: number, columns: number): BlockOutput {
  const [batch, time, size] = all.shape as [number, number, number];
  const experts = size - width - 2 * columns;
  const part = (from: number, size: number): Tensor => slice(all, [0, 0, from], [batch, time, size]);
  return {
    output: part(0, width),
    cache: { keys: part(width, columns), values: part(width + columns, columns) },
    ...(experts > 0 && { router: part(width + 2 * columns, experts) }),
  };
}
