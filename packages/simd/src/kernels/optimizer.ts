import type { SimdKernel } from '../simd-kernel.js';

export const OPTIMIZER_KERNELS: readonly SimdKernel[] = [];
