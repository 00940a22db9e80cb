import type { SimdKernel } from '../simd-kernel.js';

export const RESIZE_KERNELS: readonly SimdKernel[] = [];
