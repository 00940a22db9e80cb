import type { SimdKernel } from '../simd-kernel.js';

export const GATHER_KERNELS: readonly SimdKernel[] = [];
