import type { EmbeddingParams, QuantisedParams } from '@genai/nn';
import { dequantised, gather, quantisedLinear, scope } from '@genai/tensor';
import { matMul, reshape, type Tensor } from '@tensorflow/tfjs-core';

/** The rows of a quantised table (vocabulary, width) that `tokens` name: int32 (batch, time) → (batch, time, width). */
export function quantisedRows({ codes, scales }: QuantisedParams, tokens: Tensor): Tensor {
  return scope(() => {
    const flat = reshape(tokens, [tokens.size]);
    const rows = dequantised(gather(codes, flat), scales && gather(scales, flat)); // (batch · time, width)
    return reshape(rows, [...tokens.shape, rows.shape[1]!]);
  });
}

/** x · tableᵀ: (…, width) → (…, vocabulary) */
export function byTable(table: EmbeddingParams | QuantisedParams, x: Tensor): Tensor {
  if ('codes' in table) return quantisedLinear(x, table.codes, table.scales);
  const [vocabulary, width] = table.table.shape as [number, number];
  const rows = matMul(reshape(x, [-1, width]), table.table, false, true);
  return reshape(rows, [...x.shape.slice(0, -1), vocabulary]);
}
