import { type Dataset, fromArrays, type MaskedElements } from '@genai/data';

/**
 * A long text for a model that sees `length` tokens and no more: windows side by side, each with the token before it, so that every token
 * but the very first is predicted once. The last window is filled up.
 */
export function inWindows(tokens: Int32Array, length: number): Dataset<MaskedElements> {
  const count = Math.ceil((tokens.length - 1) / length);
  const shape = [count, length + 1];
  const elements = new Int32Array(count * (length + 1));
  const mask = new Uint8Array(count * (length + 1));
  for (let row = 0; row < count; row++) {
    const piece = tokens.subarray(row * length, (row + 1) * length + 1);
    elements.set(piece, row * (length + 1));
    mask.fill(1, row * (length + 1) + 1, row * (length + 1) + piece.length);
  }
  return fromArrays({ elements: { data: elements, shape, as: 'int32' }, mask: { data: mask, shape, as: 'float32' } });
}
