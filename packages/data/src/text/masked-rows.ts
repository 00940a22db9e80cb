import type { Tensor } from '@tensorflow/tfjs-core';
import type { Dataset } from '../dataset.js';
import { fromArrays } from '../from-arrays.js';

/** Tokens, and for each 1 if it is to be predicted from those before it, else 0. */
export type MaskedTokens = { readonly tokens: Int32Array; readonly mask: Uint8Array };

/**
 * Sequences of tokens side by side: `elements` (batch, length) int32, and `mask` (batch, length) float32, 1 where the element is to be
 * predicted, 0 where it is given or only fills the row.
 */
export type MaskedElements = { readonly elements: Tensor; readonly mask: Tensor };

/** Sequences of at most `length` tokens as rows, filled up behind with token 0, where the mask is 0. */
export function maskedRows(rows: readonly MaskedTokens[], length: number): Dataset<MaskedElements> {
  const elements = new Int32Array(rows.length * length);
  const masks = new Uint8Array(rows.length * length);
  for (const [i, { tokens, mask }] of rows.entries()) {
    elements.set(tokens, i * length);
    masks.set(mask, i * length);
  }
  const shape = [rows.length, length];
  return fromArrays({ elements: { data: elements, shape, as: 'int32' }, mask: { data: masks, shape, as: 'float32' } });
}
