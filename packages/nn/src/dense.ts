import { expectIntegers, type Layer } from '@genai/core';
import { expectShape, linear, scope } from '@genai/tensor';
import { type Tensor, zeros } from '@tensorflow/tfjs-core';
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
  expectIntegers(where, { inputs, outputs });
  return {
    init: (key) =>
      scope(() => {
        const weight = initializer(key, [inputs, outputs]);
        return bias ? { weight, bias: zeros([outputs]) } : { weight };
      }),
    apply: ({ weight, bias }, x) => {
      expectShape(where, x, ['…', inputs]);
      return linear(x, weight, bias);
    },
  };
}
