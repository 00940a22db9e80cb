import type { SimdKernel } from '../simd-kernel.js';

export const BINARY_KERNELS: readonly SimdKernel[] = [];
