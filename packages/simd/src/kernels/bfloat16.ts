import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdKernel } from '../simd-kernel.js';

/** Floats in 16 bits, two in an integer. */
export const BFLOAT16_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiPackBfloat16',
    run: ({ inputs, attrs, backend }) => {
      const { x, step } = inputs as { x: TensorInfo; step?: TensorInfo };
      const [first, second] = (attrs.key as readonly [number, number] | undefined) ?? [0, 0];
      const count = util.sizeFromShape(x.shape);
      const codes = backend.output([Math.ceil(count / 2)], 'int32');
      backend.launch('pack_bfloat16', [codes], [x, step ?? 0], [count, first | 0, second | 0]);
      return codes;
    },
  },
  {
    name: 'GenaiUnpackBfloat16',
    run: ({ inputs, attrs, backend }) => {
      const { codes } = inputs as { codes: TensorInfo };
      const shape = attrs.shape as number[];
      const values = backend.output(shape, 'float32');
      backend.launch('unpack_bfloat16', [values], [codes], [util.sizeFromShape(shape)]);
      return values;
    },
  },
];
