import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdKernel } from '../simd-kernel.js';

/** Products with quantised weights, and these as floats. */
export const QUANTISED_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiQuantisedLinear',
    run: ({ inputs, backend }) => {
      const { x, codes, scales, bias } = inputs as Weights & { x: TensorInfo; bias?: TensorInfo };
      const { count: width, bits } = formOf(codes, scales);
      const outputs = codes.shape[0]!;
      const rows = util.sizeFromShape(x.shape) / width;
      const y = backend.output([rows, outputs], 'float32');
      const numbers = [rows, width, outputs, bits, Number(bias !== undefined)];
      backend.launch('quantised_linear', [y], [x, codes, scales ?? 0, bias ?? 0], numbers);
      return y;
    },
  },
  {
    name: 'GenaiDequantised',
    run: ({ inputs, backend }) => {
      const { codes, scales } = inputs as Weights;
      const { count, bits } = formOf(codes, scales);
      const rows = codes.shape[0]!;
      const value = backend.output([rows, count], 'float32');
      backend.launch('dequantised', [value], [codes, scales ?? 0], [rows, count, bits]);
      return value;
    },
  },
];

/** Those of 16 bits have no scales. */
type Weights = Record<'codes', TensorInfo> & { scales?: TensorInfo };

/** How many weights a row has, and their bits. */
function formOf(codes: TensorInfo, scales: TensorInfo | undefined): { readonly count: number; readonly bits: number } {
  const [words, blocks] = [codes.shape[1]!, scales?.shape[1]];
  return blocks === undefined ? { count: 2 * words, bits: 16 } : { count: 32 * blocks, bits: words / blocks };
}
