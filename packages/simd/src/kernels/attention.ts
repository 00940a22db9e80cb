import type { SimdKernel } from '../simd-kernel.js';

export const ATTENTION_KERNELS: readonly SimdKernel[] = [];
