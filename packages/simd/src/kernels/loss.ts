import type { SimdKernel } from '../simd-kernel.js';

export const LOSS_KERNELS: readonly SimdKernel[] = [];
