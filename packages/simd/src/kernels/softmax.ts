import type { SimdKernel } from '../simd-kernel.js';

export const SOFTMAX_KERNELS: readonly SimdKernel[] = [];
