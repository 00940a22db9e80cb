import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdKernel } from '../simd-kernel.js';

/** ELU of x and behind it of −x on the last axis, and its gradient. */
export const CONCAT_ELU_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiConcatElu',
    run: ({ inputs, backend }) => {
      const { x } = inputs as { x: TensorInfo };
      const [rows, width] = rowsOf(x);
      const y = backend.output([...x.shape.slice(0, -1), 2 * width], 'float32');
      backend.launch('concat_elu', [y], [x], [rows, width]);
      return y;
    },
  },
  {
    name: 'GenaiConcatEluGrad',
    run: ({ inputs, backend }) => {
      const { dy, x } = inputs as { dy: TensorInfo; x: TensorInfo };
      const dx = backend.output(x.shape, 'float32');
      backend.launch('concat_elu_grad', [dx], [dy, x], rowsOf(x));
      return dx;
    },
  },
];

function rowsOf({ shape }: TensorInfo): [rows: number, width: number] {
  return [util.sizeFromShape(shape.slice(0, -1)), shape.at(-1)!];
}
