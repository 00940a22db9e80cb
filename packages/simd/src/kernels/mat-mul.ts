import type { SimdKernel } from '../simd-kernel.js';

export const MAT_MUL_KERNELS: readonly SimdKernel[] = [];
