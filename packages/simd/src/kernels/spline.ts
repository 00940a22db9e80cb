import type { TensorInfo } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdKernel } from '../simd-kernel.js';

/** Rational-quadratic splines, there and back, and their gradients. */
export const SPLINE_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiSpline',
    run: ({ inputs, attrs, backend }) => {
      const { x, raw } = inputs as { x: TensorInfo; raw: TensorInfo };
      const moved = backend.output([2, ...x.shape], 'float32'); // and logarithms of slopes
      backend.launch('spline', [moved], [x, raw], numbers(x, attrs));
      return moved;
    },
  },
  {
    name: 'GenaiSplineGrad',
    run: ({ inputs, attrs, backend }) => {
      const { dy, x, raw } = inputs as { dy: TensorInfo; x: TensorInfo; raw: TensorInfo };
      const made = [x, raw].map(({ shape }) => backend.output(shape, 'float32'));
      backend.launch('spline_grad', made, [dy, x, raw], numbers(x, attrs));
      return made;
    },
  },
];

function numbers({ shape }: TensorInfo, attrs: Readonly<Record<string, unknown>>): number[] {
  const { bins, bound, limit, inverse } = attrs as { bins: number; bound: number; limit: number; inverse: boolean };
  const rows = shape.reduce((product, size) => product * size, 1);
  return [rows, bins, Number(inverse), floatBits(bound), floatBits(limit)];
}
