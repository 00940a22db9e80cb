import type { SimdKernel } from '../simd-kernel.js';

export const RECURRENT_KERNELS: readonly SimdKernel[] = [];
