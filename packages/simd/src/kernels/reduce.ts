import type { SimdKernel } from '../simd-kernel.js';

export const REDUCE_KERNELS: readonly SimdKernel[] = [];
