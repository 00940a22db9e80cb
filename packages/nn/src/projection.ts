import { expectIntegers, type Key, type Layer } from '@genai/core';
import { expectShape, linear, scope } from '@genai/tensor';
import { add, concat, matMul, reshape, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { type DenseParams, dense } from './dense.js';
import { glorotUniform } from './initializers/glorot.js';
import type { Initializer } from './initializers/initializer.js';

/** A low-rank addition to some columns of a weight: x · a · b. `a`: (inputs, rank), `b`: (rank, columns of the part). */
export type AdapterParams = { readonly a: Tensor; readonly b: Tensor };

/** A projection and what was added to parts of it, each by its name. */
export type AdaptedParams = {
  readonly base: DenseParams;
  readonly adapters: { readonly [part: string]: AdapterParams };
};

/** What a {@link projection} computes with: a weight of its own, or one with adapters. The form of the tree tells which. */
export type ProjectionParams = DenseParams | AdaptedParams;

export interface ProjectionOptions {
  /** Adds a bias, 0 at first. Default `true`. */
  readonly bias?: boolean;
  /** Draws the weight. Default {@link glorotUniform}. */
  readonly initializer?: Initializer;
}

/**
 * One affine map of the last dimension whose outputs are several parts side by side, such as queries, keys and values:
 * (…, inputs) → (…, sum of the parts).
 *
 * It is `dense` for whoever trains it from nothing. Its parameters may later take other forms, with the same layer: low-rank adapters
 * beside a weight that is kept, each added to one part.
 *
 * @example
 * const layer = projection(64, { query: 64, key: 16, value: 16 }, { bias: false });
 * const y = layer.apply(layer.init(key(0)), x); // (batch, time, 64) → (batch, time, 96)
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the input or a part has another size.
 * @source Hu et al. 2021, "LoRA: low-rank adaptation of large language models", eq. 3 (adapters).
 */
export function projection(
  inputs: number,
  parts: { readonly [part: string]: number },
  { bias = true, initializer = glorotUniform }: ProjectionOptions = {},
): Layer<Tensor, ProjectionParams> {
  const where = `projection(${inputs})`;
  expectIntegers(where, { inputs, ...parts });
  const outputs = Object.values(parts).reduce((sum, size) => sum + size, 0);
  const plain = dense(inputs, outputs, { bias, initializer });
  const apply = (params: ProjectionParams, x: Tensor, key?: Key): Tensor => {
    if (!('base' in params)) return plain.apply(params, x, key);
    return scope(() => add(plain.apply(params.base, x, key), added(where, params.adapters, parts, x)));
  };
  return { init: plain.init, apply };
}

/** What the adapters add to all parts, (…, outputs). */
function added(
  where: string,
  adapters: { readonly [part: string]: AdapterParams },
  parts: { readonly [part: string]: number },
  x: Tensor,
): Tensor {
  const shape = x.shape.slice(0, -1);
  const rows = reshape(x, [-1, x.shape.at(-1)!]);
  const columns = Object.entries(parts).map(([part, size]) => {
    const adapter = adapters[part];
    if (!adapter) return zeros([rows.shape[0]!, size]);
    const { a, b } = adapter;
    expectShape(`${where}: adapters.${part}.a`, a, [rows.shape[1]!, 'rank']);
    expectShape(`${where}: adapters.${part}.b`, b, [a.shape[1]!, size]);
    return matMul(linear(rows, a), b);
  });
  const whole = concat(columns, 1);
  return reshape(whole, [...shape, whole.shape[1]!]);
}
