import { expectIntegers, type Key, type Layer, split } from '@genai/core';
import { expectShape, linear, quantisedLinear, scope, uniformNoise } from '@genai/tensor';
import {
  add,
  cast,
  concat,
  div,
  greaterEqual,
  matMul,
  mul,
  reshape,
  sub,
  type Tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import { type DenseParams, dense } from './dense.js';
import { glorotUniform } from './initializers/glorot.js';
import type { Initializer } from './initializers/initializer.js';

/** A low-rank addition to some columns of a weight: x · a · b. `a`: (inputs, rank), `b`: (rank, columns of the part). */
export type AdapterParams = { readonly a: Tensor; readonly b: Tensor };

/**
 * A weight of 16, 8 or 4 bits, in the layout of `quantise` of `@genai/tensor`: `codes` (outputs, inputs · bits / 32) of int32, `scales`
 * (outputs, inputs / 32), which those of 16 bits lack. No gradient flows to either.
 */
export type QuantisedParams = { readonly codes: Tensor; readonly scales?: Tensor; readonly bias?: Tensor };

/** An adapter beside a weight. */
export type BesideParams = AdapterParams & {
  /** A number: the share of what comes into `a` that is dropped where there is a key, as in training. Default 0. */
  readonly rate?: Tensor;
  /** Another adapter of the same part, which drops on its own. */
  readonly also?: BesideParams;
};

/** A projection and what was added to parts of it, each by its name; `whole` is added to all columns. */
export type AdaptedParams = {
  readonly base: DenseParams | QuantisedParams;
  readonly adapters: { readonly [part: string]: BesideParams };
};

/** What a {@link projection} computes with: a weight, a quantised one, or one with adapters. The form of the tree tells which. */
export type ProjectionParams = DenseParams | QuantisedParams | AdaptedParams;

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
 * It is `dense` for whoever trains it from nothing. Its parameters may later take other forms, with the same layer: a weight of 16, 8 or
 * 4 bits, and low-rank adapters beside a weight that is kept, each added to one part.
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
  const whole = (params: DenseParams | QuantisedParams, x: Tensor, key?: Key): Tensor => {
    if (!('codes' in params)) return plain.apply(params, x, key);
    expectShape(`${where}: codes`, params.codes, [outputs, 'inputs · bits / 32']);
    return quantisedLinear(x, params.codes, params.scales, params.bias);
  };
  const apply = (params: ProjectionParams, x: Tensor, key?: Key): Tensor => {
    if (!('base' in params)) return whole(params, x, key);
    return scope(() => add(whole(params.base, x, key), added(where, params.adapters, parts, x, key)));
  };
  return { init: plain.init, apply };
}

/** What the adapters add to all parts, (…, outputs). */
function added(
  where: string,
  adapters: { readonly [part: string]: BesideParams },
  parts: { readonly [part: string]: number },
  x: Tensor,
  key: Key | undefined,
): Tensor {
  const shape = x.shape.slice(0, -1);
  const rows = reshape(x, [-1, x.shape.at(-1)!]);
  const product = ({ a, b, rate, also }: BesideParams, part: string, size: number, key?: Key): Tensor => {
    expectShape(`${where}: adapters.${part}.a`, a, [rows.shape[1]!, 'rank']);
    expectShape(`${where}: adapters.${part}.b`, b, [a.shape[1]!, size]);
    const [forDrop, forAlso] = key ? split(key) : [];
    const y = matMul(linear(rate && forDrop ? dropped(rows, rate, forDrop) : rows, a), b);
    return also ? add(y, product(also, part, size, forAlso)) : y;
  };
  const outputs = Object.values(parts).reduce((sum, size) => sum + size, 0);
  const [forWhole, ...forParts] = key ? split(key, 1 + Object.keys(parts).length) : [];
  const whole = adapters.whole && product(adapters.whole, 'whole', outputs, forWhole);
  const products = Object.entries(parts).map(([part, size], i) => {
    const adapter = adapters[part];
    return adapter ? product(adapter, part, size, forParts[i]) : zeros([rows.shape[0]!, size]);
  });
  const apart = whole && Object.keys(adapters).length === 1 ? undefined : concat(products, 1);
  const sum = whole && apart ? add(whole, apart) : (whole ?? apart!);
  return reshape(sum, [...shape, outputs]);
}

/** What `dropElements` gives, for a rate that is a tensor. */
function dropped(x: Tensor, rate: Tensor, key: Key): Tensor {
  const kept = cast(greaterEqual(uniformNoise(key, x.shape), rate), 'float32');
  return mul(x, div(kept, sub(1, rate)));
}
