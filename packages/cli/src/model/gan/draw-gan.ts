import { fold, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { concat, slice, type Tensor } from '@tensorflow/tfjs-core';
import { unsigned } from '../../signed.js';
import { classTensor, expectClasses, inTurn } from '../labels.js';
import { expectNoLabels, type Trainable } from '../trainable.js';
import type { BuiltGan } from './build-gan.js';
import type { GanConfig } from './gan-config.js';

/** Generated at once. */
const ROWS = 128;

/**
 * Draws images in [0, 1].
 *
 * Batch norm without running averages sees the images of a batch together: it is given whole batches, in which all classes are
 * as in training, whatever is asked for. So the first images do not change with their number.
 */
export function drawGan(model: BuiltGan, config: GanConfig, classes: number | undefined): Trainable['draw'] {
  return (params, key, { count, labels }) =>
    scope(() => {
      const { generator } = params as { readonly generator: Tree<Tensor> };
      const parts: Tensor[] = [];
      const generated = (first: number, rows: number, context?: Tensor): void => {
        const z = model.prior().sample(fold(key, first), [context?.size ?? ROWS]); // (batch, …latent)
        parts.push(scope(() => slice(model.generate(generator, z, context), [0], [rows]))); // (rows, height, width, channels)
      };
      if (classes === undefined) {
        expectNoLabels(config.preset, labels);
        for (let first = 0; first < count; first += ROWS) generated(first, Math.min(ROWS, count - first));
      } else {
        const wanted = labels ?? inTurn(count, classes);
        expectClasses(wanted, classes);
        for (let first = 0; first < count; ) {
          const { taken, batch } = mixedBatch(wanted.slice(first), classes);
          generated(first, taken, classTensor(batch, classes));
          first += taken;
        }
      }
      return unsigned(concat(parts, 0));
    });
}

/** The first labels that fit into a batch with as many of each class, and that batch. */
function mixedBatch(labels: readonly number[], classes: number): { readonly taken: number; readonly batch: number[] } {
  const left = new Array<number>(classes).fill(Math.ceil(ROWS / classes));
  let taken = 0;
  while (taken < labels.length && left[labels[taken]!]! > 0) left[labels[taken++]!]!--;
  const rest = left.flatMap((count, label) => new Array<number>(count).fill(label));
  return { taken, batch: [...labels.slice(0, taken), ...rest] };
}
