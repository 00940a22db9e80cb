import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdKernel } from '../simd-kernel.js';

/** The states of a linear recurrence over a sequence, and their gradient. */
export const SCAN_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiLinearScan',
    run: ({ inputs, backend }) => {
      const { a, b, start } = inputs as Record<'a' | 'b' | 'start', TensorInfo>;
      const value = backend.output(b.shape, 'float32');
      backend.launch('linear_scan', [value], [a, b, start], b.shape);
      return value;
    },
  },
  {
    name: 'GenaiLinearScanGrad',
    run: ({ inputs, backend }) => {
      const { dy, a, value, start } = inputs as Record<'dy' | 'a' | 'value' | 'start', TensorInfo>;
      const made = [a, a, start].map(({ shape }) => backend.output(shape, 'float32'));
      backend.launch('linear_scan_grad', made, [dy, a, value, start], a.shape);
      return made; // slopes at a, at b and at the state before the sequence
    },
  },
];
