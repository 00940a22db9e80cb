import type { SimdKernel } from '../simd-kernel.js';

export const CONV_KERNELS: readonly SimdKernel[] = [];
