import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdKernel } from '../simd-kernel.js';

/** Rotary positions, and (`direction` −1) their gradient. */
export const ROTARY_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiRotary',
    run: ({ inputs, attrs, backend }) => {
      const { x, behind } = inputs as { x: TensorInfo; behind?: TensorInfo };
      const { width, heads, first, interleaved, factor, direction, frequencies } = attrs as Turn;
      const [, time, columns] = x.shape as [number, number, number];
      const y = backend.output(x.shape, 'float32');
      backend.launch(
        'rotary',
        [y],
        [x, behind ?? 0],
        [
          ...[util.sizeFromShape(x.shape) / columns, time, columns, width, heads, first, Number(interleaved)],
          ...[floatBits(factor), floatBits(direction), frequencies.length, ...Array.from(frequencies, floatBits)],
        ],
      );
      return y;
    },
  },
];

type Turn = {
  readonly width: number;
  readonly heads: number;
  readonly first: number;
  readonly interleaved: boolean;
  readonly factor: number;
  readonly direction: 1 | -1;
  readonly frequencies: ArrayLike<number>;
};
