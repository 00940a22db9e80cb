import type { HostFunction } from '../capture/recording.js';
import type { SimdKernel } from '../simd-kernel.js';

/** What the host makes of numbers where they stand: for reductions over machines, of gradients above all. */
export const ON_HOST_KERNELS: readonly SimdKernel[] = [
  {
    name: 'GenaiOnHost',
    run: ({ inputs, attrs, backend }) =>
      backend.onHost(attrs.f as HostFunction, Object.values(inputs), attrs.length as number),
  },
];
