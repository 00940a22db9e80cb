import type { Layer } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { add, matMul, reshape, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { expectCounts } from './expect-counts.js';
import { heUniform } from './initializers/he.js';
import type { Initializer } from './initializers/initializer.js';

/** `weight`: (inputs, outputs); `bias`: (outputs), unless made without. */
export type DenseParams = { readonly weight: Tensor; readonly bias?: Tensor };

export interface DenseOptions {
  /** Adds a bias, 0 at first. Default `true`. */
  readonly bias?: boolean;
  /**
   * Draws the weight. Default {@link heUniform}, right before a ReLU and its like; `glorotUniform` suits a last layer, whose
   * first outputs should be small.
   */
  readonly initializer?: Initializer;
}

/**
 * An affine map of the last dimension, x · weight + bias: (…, inputs) → (…, outputs).
 *
 * @example
 * const layer = dense(784, 10);
 * const logits = layer.apply(layer.init(key(0)), images); // (batch, 784) → (batch, 10)
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the last dimension is not `inputs`.
 */
export function dense(
  inputs: number,
  outputs: number,
  { bias = true, initializer = heUniform }: DenseOptions = {},
): Layer<Tensor, DenseParams> {
  const where = `dense(${inputs}, ${outputs})`;
  expectCounts(where, { inputs, outputs });
  return {
    init: (key) =>
      scope(() => {
        const weight = initializer(key, [inputs, outputs]);
        return bias ? { weight, bias: zeros([outputs]) } : { weight };
      }),
    apply: ({ weight, bias }, x) =>
      scope(() => {
        expectShape(where, x, ['…', inputs]);
        // Always one matrix product of rank 2: engines are slow at batches of them.
        const rows = x.rank === 2 ? x : reshape(x, [x.size / inputs, inputs]);
        const product: Tensor = matMul(rows, weight); // (rows, outputs)
        const y = bias ? add(product, bias) : product;
        return x.rank === 2 ? y : reshape(y, [...x.shape.slice(0, -1), outputs]);
      }),
  };
}
