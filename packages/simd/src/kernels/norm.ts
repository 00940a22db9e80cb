import type { SimdKernel } from '../simd-kernel.js';

export const NORM_KERNELS: readonly SimdKernel[] = [];
