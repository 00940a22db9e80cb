import type { SimdKernel } from '../simd-kernel.js';

export const POOLING_KERNELS: readonly SimdKernel[] = [];
