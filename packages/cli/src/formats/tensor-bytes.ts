/** What these tensors take in a safetensors file. */
export function bytesOf(tensors: readonly { readonly shape: readonly number[] }[], dtype: 'F32' | 'F16'): number {
  const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
  return tensors.reduce((sum, { shape }) => sum + (dtype === 'F32' ? 4 : 2) * size(shape), 0);
}
