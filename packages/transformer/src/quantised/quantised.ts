import { disposeTree, mapLeaves } from '@genai/core';
import { dequantiseProjection, type ProjectionParams, quantiseProjection, quantiseRows } from '@genai/nn';
import { dequantised as dequantisedRows, type QuantisedBits, scope } from '@genai/tensor';
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import type { TransformerParams } from '../transformer.js';
import { mapProjections, projectionsOf } from './map-projections.js';

export interface QuantisedOptions {
  /** Of each weight: 16 (float16), or 8 (as ggml's Q8_0) or 4 (Q4_0) and a scale for each block of 32. */
  readonly bits: QuantisedBits;
  /** Of the embedding's table, which a tied last layer multiplies by, too; 32 leaves it as it is. Default: `bits`. */
  readonly tableBits?: QuantisedBits | 32;
}

/**
 * Parameters of the same model with its large maps and its embedding in 16, 8 or 4 bits, to compute with: a token costs reading a half, a
 * quarter or an eighth as much memory, where the engine has kernels for it (simd, WebGPU). Activations, norms, biases, learnt positions,
 * adapters and what chooses among experts stay float32; so do weights whose inputs are no multiple of 32. All tensors are new and the
 * caller's.
 *
 * Adapters beside it can be trained; the quantised weights cannot. `fromGguf` and `fromHuggingFace` take `bits` too: what they read is so
 * at once, and keeps the codes of a file of Q8_0 or Q4_0.
 *
 * @example
 * const small = await quantised(params, { bits: 8 });
 * for await (const token of generate(model, small, { prompt, steps: 40, key: key(1) })) write(decode([token]));
 * @throws GenaiError if a weight is too large for 16 bits, beyond 65504.
 * @source https://github.com/ggml-org/ggml, `ggml-quants.c`; Dettmers et al. 2022, "8-bit optimizers via block-wise quantization",
 * section 2.
 */
export async function quantised(
  params: TransformerParams,
  { bits, tableBits = bits }: QuantisedOptions,
): Promise<TransformerParams> {
  const made: ProjectionParams[] = [];
  let embedding: TransformerParams['embedding'] | undefined;
  try {
    for (const projection of projectionsOf(params)) made.push(await quantiseProjection(projection, { bits }));
    embedding = await quantisedEmbedding(params.embedding, tableBits);
  } catch (error) {
    disposeTree(made);
    throw error;
  }
  return mapProjections(params, { projection: () => made.shift()!, embedding: () => embedding });
}

/** Parameters of the same model with the weights that quantised ones stand for, for export or training. All tensors are new. */
export function unquantised(params: TransformerParams): TransformerParams {
  return mapProjections(params, {
    projection: dequantiseProjection,
    embedding: (table) => ('codes' in table ? { table: dequantisedRows(table.codes, table.scales) } : copyOf(table)),
  });
}

async function quantisedEmbedding(
  params: TransformerParams['embedding'],
  bits: QuantisedBits | 32,
): Promise<TransformerParams['embedding']> {
  if (bits === 32 || 'codes' in params || params.table.shape[1]! % 32 !== 0) return copyOf(params);
  return quantiseRows(params.table, { bits });
}

function copyOf<T extends ProjectionParams | TransformerParams['embedding']>(tree: T): T {
  return scope(() => mapLeaves<Tensor, T>(tree, (leaf) => clone(leaf)));
}
