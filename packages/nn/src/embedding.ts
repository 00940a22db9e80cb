import { expectIntegers, GenaiError, type Layer } from '@genai/core';
import { gather } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Initializer } from './initializers/initializer.js';
import { truncatedNormal } from './initializers/truncated-normal.js';

/** `table`: (vocabulary, width). */
export type EmbeddingParams = { readonly table: Tensor };

export interface EmbeddingOptions {
  /** Draws the table. Default: {@link truncatedNormal} with deviation 1 / √width, rows of length about 1. */
  readonly initializer?: Initializer;
}

/**
 * A learnt vector for each of `vocabulary` indices: int32 (…) → (…, width).
 *
 * @example
 * const layer = embedding(65, 256);
 * const vectors = layer.apply(layer.init(key(0)), tokens); // (batch, time) → (batch, time, 256)
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the indices are not int32.
 */
export function embedding(
  vocabulary: number,
  width: number,
  { initializer = truncatedNormal(1 / Math.sqrt(width)) }: EmbeddingOptions = {},
): Layer<Tensor, EmbeddingParams> {
  const where = `embedding(${vocabulary}, ${width})`;
  expectIntegers(where, { vocabulary, width });
  return {
    init: (key) => ({ table: initializer(key, [vocabulary, width]) }),
    apply: ({ table }, indices) => {
      if (indices.dtype !== 'int32') {
        throw new GenaiError(
          `${where}: got indices of dtype ${indices.dtype} and shape [${indices.shape.join(', ')}], expected int32. Use cast(indices, 'int32').`,
        );
      }
      return gather(table, indices);
    },
  };
}
