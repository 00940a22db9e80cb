import type { SimdKernel } from '../simd-kernel.js';

export const UNARY_KERNELS: readonly SimdKernel[] = [];
