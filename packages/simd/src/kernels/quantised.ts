import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdKernel } from '../simd-kernel.js';

/** Products with quantised weights, and these as floats. */
export const QUANTISED_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiQuantisedLinear',
    run: ({ inputs, backend }) => {
      const { x, codes, scales, bias } = inputs as Record<'x' | 'codes' | 'scales', TensorInfo> & { bias?: TensorInfo };
      const { count: width, bits } = formOf(codes, scales);
      const outputs = codes.shape[0]!;
      const rows = util.sizeFromShape(x.shape) / width;
      const y = backend.output([rows, outputs], 'float32');
      const numbers = [rows, width, outputs, bits, Number(bias !== undefined)];
      backend.launch('quantised_linear', [y], [x, codes, scales, bias ?? 0], numbers);
      return y;
    },
  },
  {
    name: 'GenaiDequantised',
    run: ({ inputs, backend }) => {
      const { codes, scales } = inputs as Record<'codes' | 'scales', TensorInfo>;
      const { count, bits } = formOf(codes, scales);
      const rows = codes.shape[0]!;
      const value = backend.output([rows, count], 'float32');
      backend.launch('dequantised', [value], [codes, scales], [rows, count, bits]);
      return value;
    },
  },
];

/** How many weights a row has, and their bits. */
function formOf(codes: TensorInfo, scales: TensorInfo): { readonly count: number; readonly bits: number } {
  return { count: 32 * scales.shape[1]!, bits: codes.shape[1]! / scales.shape[1]! };
}
