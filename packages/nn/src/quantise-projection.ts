import { GenaiError, mapLeaves } from '@genai/core';
import { dequantised, type QuantisedBits, quantise, scope } from '@genai/tensor';
import { clone, type Tensor, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import type { DenseParams } from './dense.js';
import type { ProjectionParams, QuantisedParams } from './projection.js';

/**
 * Parameters of the same projection with a weight of 16 bits (float16), or of 8 or 4, rounded as ggml's Q8_0 and Q4_0. All tensors are new
 * and the caller's.
 *
 * Adapters and biases stay as they are, so does a weight whose inputs are no multiple of 32, or that is quantised already.
 *
 * @example
 * const small = await quantiseProjection(layer.init(key(0)), { bits: 8 });
 * const y = layer.apply(small, x); // as before, to about 0.4 % of the largest weight
 * @throws GenaiError if a weight is too large for 16 bits, beyond 65504.
 * @source Dettmers et al. 2022, "8-bit optimizers via block-wise quantization", section 2 (a scale for each block).
 */
export async function quantiseProjection(
  params: ProjectionParams,
  { bits }: { readonly bits: QuantisedBits },
): Promise<ProjectionParams> {
  const base = 'base' in params ? params.base : params;
  if (!('weight' in base) || base.weight.shape[0]! % 32 !== 0) return copy(params);
  const turned = tidy(() => transpose(base.weight)); // (outputs, inputs)
  const rows = await quantiseRows(turned, { bits }).finally(() => turned.dispose());
  return scope((): ProjectionParams => {
    const small: QuantisedParams = { ...rows, ...(base.bias && { bias: clone(base.bias) }) };
    return 'base' in params ? { base: small, adapters: copy(params.adapters) } : small;
  });
}

/**
 * A table with each row quantised, such as that of an embedding: (rows, width) of float32, width a multiple of 32. The tensors are the
 * caller's. Of 16 bits there are no scales.
 *
 * @example
 * const { codes, scales } = await quantiseRows(params.table, { bits: 8 });
 * @throws GenaiError if the width is no multiple of 32, or a number too large for 16 bits.
 */
export async function quantiseRows(
  table: Tensor,
  { bits }: { readonly bits: QuantisedBits },
): Promise<Omit<QuantisedParams, 'bias'>> {
  const [rows, width] = table.shape as [number, number];
  if (table.rank !== 2 || width % 32 !== 0) {
    throw new GenaiError(
      `quantiseRows: got shape [${table.shape.join(', ')}], expected [rows, width] with a width that is a multiple of 32. Leave others as they are.`,
    );
  }
  const made = quantise(await table.data<'float32'>(), { inputs: width, bits });
  return scope(() => ({
    codes: tensor2d(made.codes, [rows, (width * bits) / 32], 'int32'),
    ...(made.scales && { scales: tensor2d(made.scales, [rows, width / 32]) }),
  }));
}

/** Parameters of the same projection with the weight that a quantised one stands for. All tensors are new and the caller's. */
export function dequantiseProjection(params: ProjectionParams): ProjectionParams {
  const base = 'base' in params ? params.base : params;
  if (!('codes' in base)) return copy(params);
  return scope((): ProjectionParams => {
    const { codes, scales, bias } = base;
    const weight = transpose(dequantised(codes, scales)); // (inputs, outputs)
    const whole: DenseParams = { weight, ...(bias && { bias: clone(bias) }) };
    return 'base' in params ? { base: whole, adapters: copy(params.adapters) } : whole;
  });
}

function copy<T extends ProjectionParams | { readonly [part: string]: { readonly a: Tensor; readonly b: Tensor } }>(
  tree: T,
): T {
  return scope(() => mapLeaves<Tensor, T>(tree, (leaf) => clone(leaf)));
}
