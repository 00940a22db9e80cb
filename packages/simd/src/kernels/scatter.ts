import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdKernel } from '../simd-kernel.js';

/**
 * Mean and scatter Σ (x − mean)(x − mean)ᵀ of some rows of x, (count, width), in double precision: (1 + width, width, 2) of int32, the
 * bits of doubles.
 */
export const SCATTER_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiScatter',
    run: ({ inputs, attrs, backend }) => {
      const { x } = inputs as { x: TensorInfo };
      const { from, rows } = attrs as Record<'from' | 'rows', number>;
      const width = x.shape[1]!;
      const bits = backend.output([1 + width, width, 2], 'int32');
      const panels = backend.temporary(8 * rows * Math.ceil(width / WIDEST_PANEL) * WIDEST_PANEL);
      try {
        backend.launch('scatter', [bits, panels], [x], [from, rows, width]);
      } finally {
        backend.release(panels);
      }
      return bits;
    },
  },
];

/** Columns of a panel of kernels/scatter.c, as many as this on the widest machine. */
const WIDEST_PANEL = 16;
